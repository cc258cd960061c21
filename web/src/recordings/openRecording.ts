import { Observable } from 'rxjs';
import type { RecordingHeader } from 'rx-usocket/watch';

import { RecordingTrouble, troubleOf } from './fileTrouble';
import { recordedPieces } from './recordingText';

/** A recording that has been read once, so every line of it makes sense. */
export interface Recording {
  readonly name: string;
  readonly file: Blob;
  readonly header: RecordingHeader | undefined;
  /** The times of the first and of the last event, in milliseconds since 1970, or since the beginning if that is unknown. */
  readonly begins: number;
  readonly ends: number;
  readonly events: number;
}

/** How far a file has been read, from 0 to 1, or what it is. */
export type Opening = { readonly progress: number } | { readonly recording: Recording };

const mega = 2 ** 20;
/** Larger files are hardly recordings, and take minutes. */
const largest = 512 * mega;

/**
 * Cold: reads a whole file, and emits how far it is, and the recording in the end. Errors with a {@link RecordingTrouble} for a
 * file that is not one, so nothing is shown of it.
 */
export function openRecording(file: Blob, name: string): Observable<Opening> {
  return new Observable((subscriber) => {
    readWhole(file, name, (opening) => {
      subscriber.next(opening);
      return subscriber.closed;
    }).then(
      () => subscriber.complete(),
      (error: unknown) => subscriber.error(error),
    );
  });
}

async function readWhole(file: Blob, name: string, tell: (opening: Opening) => boolean): Promise<void> {
  if (file.size > largest) {
    throw new RecordingTrouble(
      `${name} is too large: ${Math.ceil(file.size / mega)} MB, and at most ${largest / mega} MB are opened.`,
    );
  }
  let header: RecordingHeader | undefined;
  let begins = Infinity;
  let ends = -Infinity;
  let count = 0;
  try {
    for await (const { reader, events, read } of recordedPieces(file)) {
      header = reader.header;
      count += events.length;
      for (const { time } of events) {
        begins = Math.min(begins, time);
        ends = Math.max(ends, time);
      }
      if (tell({ progress: read / file.size })) return;
    }
  } catch (error) {
    throw await troubleOf(error, file, name);
  }
  if (count === 0) throw new RecordingTrouble(`${name} is empty: nothing was recorded in it.`);
  tell({ recording: { name, file, header, begins, ends, events: count } });
}
