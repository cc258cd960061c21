import { rmSync } from 'node:fs';

/** Removes the folder that `makePageFolder` has made. */
export default function removePageFolder(): void {
  const folder = process.env['RX_USOCKET_PAGE_FOLDER'];
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
}
