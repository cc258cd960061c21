import { mkdirSync, mkdtempSync } from 'node:fs';
import { join } from 'node:path';

/** Makes the folder into which the first spec that needs the page builds it. All specs of this run find it by the variable. */
export default function makePageFolder(): void {
  const cache = join(__dirname, '../../node_modules/.cache');
  mkdirSync(cache, { recursive: true });
  process.env['RX_USOCKET_PAGE_FOLDER'] = mkdtempSync(join(cache, 'page-'));
}
