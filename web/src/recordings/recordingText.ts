import { RecordingReader, type WatchEvent } from 'rx-usocket/watch';

/** How many bytes of a file are read at once. The page can draw between two of these. */
const pieceSize = 256 << 10;

/** What one piece of a file contains, and how far the file has been read. */
export interface RecordedPiece {
  readonly reader: RecordingReader;
  readonly events: readonly WatchEvent[];
  /** How many bytes of the file have been read. */
  readonly read: number;
}

/**
 * Reads a recording piece by piece.
 *
 * @throws RecordingError for a line that cannot be read.
 */
export async function* recordedPieces(file: Blob): AsyncGenerator<RecordedPiece> {
  const reader = new RecordingReader();
  const decoder = new TextDecoder();
  for (let at = 0; at < file.size; at += pieceSize) {
    const bytes = await file.slice(at, at + pieceSize).arrayBuffer();
    const events = reader.push(decoder.decode(bytes, { stream: true }));
    yield { reader, events, read: Math.min(file.size, at + pieceSize) };
  }
  yield { reader, events: [...reader.push(decoder.decode()), ...reader.end()], read: file.size };
}
