import type { Kept } from './recordingKeeper';

/** Saves a file on this machine, as a download. */
export function download(file: File): void {
  const url = URL.createObjectURL(file);
  const link = document.createElement('a');
  link.href = url;
  link.download = file.name;
  link.click();
  // The click has taken the file from the address, so the address may go.
  URL.revokeObjectURL(url);
}

/** Whether this browser can hand the file to another program. */
export function canShare(file: File): boolean {
  return typeof navigator.canShare === 'function' && navigator.canShare({ files: [file] });
}

/** Hands the file to another program. Resolves also if the user changes his mind. */
export async function share(file: File): Promise<void> {
  try {
    await navigator.share({ files: [file], title: file.name });
  } catch (error) {
    if (!(error instanceof DOMException && error.name === 'AbortError')) throw error;
  }
}

/** What is missing in a saved recording, and what that means; `undefined` if nothing is. */
export function missingIn({ header: { bytes, isCut } }: Kept): string | undefined {
  const cut = 'The beginning of the session is not in the file, because only the last 64 MB are kept.';
  const unasked = {
    all: undefined,
    some: 'Some of the bytes on the line are not in the file, because payloads were not asked for all the time, or events are missing.',
    none: 'The bytes on the line are not in the file, because payloads were not asked for.',
  }[bytes];
  const meaning = 'The file can be looked at here, but rx-usocket replay and replayUart need all bytes.';
  const told = [isCut ? cut : undefined, unasked].filter((text) => text !== undefined);
  return told.length === 0 ? undefined : [...told, meaning].join(' ');
}
