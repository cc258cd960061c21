import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { beforeAll, describe, expect, it } from '@jest/globals';

import { type Outcome, runProgram } from '../../harness/processes/program';
import { unusedPort } from '../../harness/peers/tcpServer';

const file = join(__dirname, '../../harness/processes/callers.ts');
const lines = readFileSync(file, 'utf8').split('\n');

describe('a program that lets an error through is told the line of its call', () => {
  let outcome: Outcome;

  beforeAll(async () => {
    outcome = await runProgram(file, [String(await unusedPort())]);
  }, 60_000);

  /** The frames of the error that a part has printed, its headline first. */
  function shown(part: string): readonly string[] {
    const [, text = ''] = outcome.stderr.split(`== ${part}\n`);
    return text
      .split('\n== ')[0]!
      .split('\n')
      .filter((line, index) => index === 0 || line.startsWith('    at '));
  }

  it.each([
    ['connect', 'nobody listens'],
    ['forgotten', 'nobody listens'],
    ['closed', 'is closed'],
    ['closedUnder', 'is closed'],
    ['datagram', 'within 0.01 s'],
    ['iterated', 'not connected'],
    ['file', 'not open for reading'],
    ['poll', 'NaN'],
    ['select', 'NaN'],
    ['lookedUp', 'getaddrinfo'],
    ['modem', 'was not found'],
    ['line', 'no-such-port'],
    ['made', 'not a known kind of line'],
    ['serial', 'no-such-port'],
    ['family', 'only AF_INET'],
    ['packed', 'not an address'],
    ['unpacked', '4 bytes'],
    ['timed', '-1'],
    ['timedDatagrams', '-1'],
    ['closedFile', 'is closed'],
    ['registered', 'readiness$'],
    ['modified', 'not registered'],
    ['unregistered', 'not registered'],
    ['host', 'no certificate'],
    ['options', 'idleTimeout'],
    ['webSerial', 'requestPort'],
    ['webSocket', 'ws://'],
    ['nodeConnect', 'await'],
    ['nodeSocket', 'await'],
    ['nodeLookup', 'await'],
    ['nodeListen', 'await'],
    ['nodeServer', 'await'],
    ['nodePath', 'listens on ports'],
    ['nodeCreate', 'udp4'],
    ['nodeDatagrams', 'await'],
  ])('in %s', (part, message) => {
    const [headline, first] = shown(part);
    expect(headline).toMatch(/^OSError: /);
    expect(headline).toContain(message);
    const line = lines.findIndex((text) => text.endsWith(`// ${part}`)) + 1;
    expect(first).toContain(`callers.ts:${line}:`);
  });

  it('and no frame of RxJS, of its cause neither', () => {
    expect(outcome.stderr).toContain('[cause]: Refusal: ');
    expect(outcome.stderr).not.toMatch(/at .*[\\/]rxjs[\\/]/);
  });

  it('and by Node.js, when it ends the program', () => {
    const line = lines.findIndex((text) => text.endsWith('// last')) + 1;
    const last = outcome.stderr.slice(outcome.stderr.lastIndexOf('\nOSError: '));
    expect(last).toContain('nobody listens');
    expect(last).toContain(`callers.ts:${line}:`);
    expect(outcome.code).toBe(1);
  });
});
