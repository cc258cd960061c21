import { RecordingError } from 'rx-usocket/watch';

/** Why a file cannot be opened, in whole sentences for the user. */
export class RecordingTrouble extends Error {
  override readonly name = 'RecordingTrouble';

  /**
   * @param soundLines The number of lines before the damaged one, if the file is a recording up to there.
   */
  constructor(
    message: string,
    readonly soundLines = 0,
  ) {
    super(message);
  }
}

const expected = 'A recording is a file that this page, `rx-usocket record` or `recordUart` has written.';
/** How many bytes at the beginning of a file show what it is. */
const beginning = 4096;

/** Explains why a file is not a recording. */
export async function troubleOf(error: unknown, file: Blob, name: string): Promise<RecordingTrouble> {
  if (!(error instanceof RecordingError)) return new RecordingTrouble(`${name} cannot be read: ${String(error)}`);
  if (error.line > 1) {
    return new RecordingTrouble(`${name} is damaged: ${error.message}.`, error.line - 1);
  }
  const bytes = new Uint8Array(await file.slice(0, beginning).arrayBuffer());
  const text = new TextDecoder().decode(bytes).trimStart();
  if (text.startsWith('#! rx-usocket recording')) {
    return new RecordingTrouble(`${name} cannot be opened: ${error.message}.`);
  }
  if (bytes.includes(0)) return new RecordingTrouble(`${name} is not a recording, but binary data. ${expected}`);
  if (/^[[{<]/.test(text)) {
    return new RecordingTrouble(
      `${name} is not a recording, but ${text.startsWith('<') ? 'HTML or XML' : 'JSON'}. ${expected}`,
    );
  }
  return new RecordingTrouble(`${name} is not a recording: ${error.message}. ${expected}`);
}
