// Takes the pictures of the documents again: runs the spec that takes them, and tells it where to keep them.
import { spawnSync } from 'node:child_process';

const jest = 'node_modules/jest/bin/jest.js';
const env = { ...process.env, RX_USOCKET_SCREENSHOTS: 'docs/images' };
const { status } = spawnSync(process.execPath, [jest, 'spec/page/screenshots'], { env, stdio: 'inherit' });
process.exitCode = status ?? 1;
