import { concatMap, defer, filter, map, type Observable } from 'rxjs';

import { recordingSource } from '../sources/recordingSource';
import type { Source } from '../sources/source';
import { RecordingTrouble } from './fileTrouble';
import { openRecording } from './openRecording';

/** Cold: opens the recording that the server of the page has, and emits it. Errors with why not, for the user. */
export function sharedRecording(url: string): Observable<Source> {
  return defer(() => fetched(url)).pipe(
    concatMap(({ file, name }) => openRecording(file, name)),
    filter((opening) => 'recording' in opening),
    map(({ recording }) => recordingSource(recording)),
  );
}

async function fetched(url: string): Promise<{ readonly file: Blob; readonly name: string }> {
  const { host } = new URL(url);
  const response = await fetch(url).catch(() => {
    throw new RecordingTrouble(
      `Nobody answers at ${host}. Start rx-usocket watch again, and open the address that it prints.`,
    );
  });
  if (!response.ok) {
    const reason = (await response.text()).trim() || response.statusText;
    throw new RecordingTrouble(`The server at ${host} does not give the recording: ${reason}`);
  }
  const [, name] = /filename\*=UTF-8''(\S+)/.exec(response.headers.get('content-disposition') ?? '') ?? [];
  return { file: await response.blob(), name: name === undefined ? 'recording' : decodeURIComponent(name) };
}
