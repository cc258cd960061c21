import { describe, expect, it } from '@jest/globals';
import { BehaviorSubject } from 'rxjs';

import { CommandFailure, exitCodes } from '../../../src/cli/console/exitCodes';
import { downForGood, tellLosses, withLoss } from '../../../src/cli/modem/modemLoss';
import type { Status } from '../../../src/esp8285';
import { OSError } from '../../../src/usocket';

const settings = { port: 'tcp://user:secret@host:3000', baud: 115_200, serial: {} };
const up: Status = { modem: 'up', wifi: 'up' };
const silent: Status = { modem: 'down', wifi: 'down', error: new OSError('EIO', 'modem', 'the modem is silent') };
const unplugged: Status = { modem: 'down', wifi: 'down', error: new OSError('ENODEV', 'read', 'unplugged') };
const dialled = (redialIn: number): Status => {
  const cause = new Error('it is gone');
  const error = new OSError('ENODEV', 'read', 'it is gone; the interface opens it again by itself', { cause });
  return { modem: 'down', wifi: 'down', error, redialIn };
};

describe('a modem that is down', () => {
  it('ends a command that goes on, unless the line is opened again', () => {
    const status$ = new BehaviorSubject(up);
    const signal = downForGood({ status$ }, settings);
    for (const status of [dialled(1000), dialled(2000), { ...up, modem: 'starting' } as const, up])
      status$.next(status);
    expect(signal.aborted).toBe(false);
    status$.next(unplugged);
    expect(signal.reason).toMatchObject({ exitCode: exitCodes.line, message: 'unplugged' });

    const other = downForGood({ status$: new BehaviorSubject(silent) }, settings);
    const message = expect.stringMatching(
      /^the modem is silent; rx-usocket doctor --port tcp:.* looks for the reason$/,
    );
    expect(other.reason).toMatchObject({ exitCode: exitCodes.modem, message });
    expect(String(other.reason)).not.toContain('secret');
  });

  it.each([
    [
      'a failure of the command',
      new CommandFailure('2 of 5 bytes', exitCodes.failed),
      unplugged,
      3,
      '2 of 5 bytes: unplugged',
    ],
    ['a failure of a socket', new Error('read EIO'), dialled(1000), 3, 'read EIO: it is gone'],
    ['a failure that says it', new Error('read ENODEV: it is gone'), dialled(1000), 3, 'read ENODEV: it is gone'],
    ['the loss itself', dialled(1000).error, dialled(1000), 3, 'it is gone'],
    ['a wrong argument', new CommandFailure('no file', exitCodes.usage), unplugged, 2, 'no file'],
    ['anything while it is up', new CommandFailure('refused', exitCodes.failed), up, 1, 'refused'],
  ])('is the reason of %s', (_what, error, status, exitCode, message) => {
    expect(withLoss(error, { status$: new BehaviorSubject(status) }, settings)).toMatchObject({ exitCode, message });
  });

  it('is told once while the line is opened again', () => {
    const status$ = new BehaviorSubject(up);
    const notes: string[] = [];
    tellLosses({ status$ }, { note: (line) => notes.push(line) });
    for (const status of [dialled(1000), dialled(2000), up, silent, up]) status$.next(status);
    expect(notes).toEqual(['The line is lost, and will be opened again: it is gone', 'The line is back.']);
  });
});
