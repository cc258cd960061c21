import { openSync } from 'node:fs';
import { text } from 'node:stream/consumers';

import { expect, it } from '@jest/globals';

import { standardInput } from '../../../src/cli/console/standardInput';

it('does not take a folder for an empty input', async () => {
  const input = standardInput(openSync(__dirname, 'r'));
  await expect(text(input)).rejects.toMatchObject({ code: 'EISDIR', syscall: 'read' });
});
