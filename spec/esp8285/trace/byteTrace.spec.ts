import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { VirtualTimeScheduler } from 'rxjs';

import { damagedEchoes, key, secret, showsKey } from '../../../harness/modems/secretEcho';
import { cut } from '../../../harness/modems/frames';
import { nonos174 } from '../../../harness/modems/firmware';
import { connected, stage } from '../../../harness/modems/stage';
import { marbles } from '../../../harness/time/marbles';
import { type Command, command } from '../../../src/esp8285/commands/command';
import { Trace } from '../../../src/esp8285/trace/trace';

const stars = '*'.repeat(key.length);
const attention = command('AT');

/** A trace to which both sides speak. */
function line() {
  const trace = new Trace(new VirtualTimeScheduler());
  const shown: string[] = [];
  const watch = () =>
    trace.bytes.bytes$.subscribe({
      next: ({ from, bytes }) => shown.push(`${from === 'host' ? '>' : '<'} ${Buffer.from(bytes).toString('latin1')}`),
      complete: () => shown.push('|'),
    });
  const say = (said: Command) => {
    trace.said(said);
    trace.bytes.carried('host', Buffer.from(`${said.line}\r\n`));
  };
  const answer = (...chunks: readonly string[]) => {
    const bytes = chunks.map((chunk) => Buffer.from(chunk, 'latin1'));
    for (const chunk of bytes) trace.bytes.carried('modem', chunk);
    for (const frame of cut(bytes)) trace.heard(frame);
  };
  return { trace, shown, watch, say, answer };
}

describe('bytes$', () => {
  it(
    'tells what goes both ways, in the order in which it goes',
    marbles(({ flush }, scheduler) => {
      const { nic, link4 } = connected(scheduler, {
        firmware: nonos174,
        script: [
          ['AT+CIPSENDBUF=4,5', 1, '1,0\r\n\r\nOK\r\n> '],
          ['hello', 1, '\r\nRecv 5 bytes\r\n', 1, '\r\n4,1,SEND OK\r\n'],
        ],
      });
      const told: string[] = [];
      nic.bytes$.subscribe(({ time, from, bytes }) => told.push(`${time} ${from} ${Buffer.from(bytes).toString()}`));
      link4.sendall$('hello').subscribe();
      flush();
      assert.deepStrictEqual(told, [
        '0 host AT+CIPSENDBUF=4,5\r\n',
        '1 modem 1,0\r\n\r\nOK\r\n> ',
        '1 host hello',
        '2 modem \r\nRecv 5 bytes\r\n',
        '3 modem \r\n4,1,SEND OK\r\n',
      ]);
    }),
  );

  it(
    'completes with the line',
    marbles((_, scheduler) => {
      const { nic } = stage(scheduler, { firmware: nonos174 });
      let isComplete = false;
      nic.bytes$.subscribe({ complete: () => (isComplete = true) });
      nic.close$().subscribe();
      assert.ok(isComplete);
    }),
  );

  it('gives copies, because a program may write into its own buffer again', () => {
    const { trace } = line();
    const told: Uint8Array[] = [];
    trace.bytes.bytes$.subscribe(({ bytes }) => told.push(bytes));
    const buffer = Buffer.from('abc');
    trace.bytes.carried('host', buffer);
    buffer.fill('x');
    assert.deepStrictEqual(told, [Buffer.from('abc')]);
  });
});

describe('a key in the bytes', () => {
  it('is replaced in the command and in its echo, and what follows waits for the answer to a later command', () => {
    const { shown, watch, say, answer } = line();
    watch();
    say(secret);
    answer(`${secret.line}\r\r\n`, '\r\nOK\r\n');
    assert.equal(shown.length, 0);
    say(attention);
    answer('\r\nOK\r\n');
    assert.deepStrictEqual(shown, [
      `> AT+CWJAP_CUR="my-ssid","${stars}"\r\n`,
      `< AT+CWJAP_CUR="my-ssid","${stars}"\r\r\n`,
      '< \r\nOK\r\n',
      '> AT\r\n',
      '< \r\nOK\r\n',
    ]);
    answer('late');
    assert.equal(shown.at(-1), '< late');
  });

  it('is not released by a payload that looks like an answer', () => {
    const { trace, shown, watch, say } = line();
    watch();
    say(secret);
    trace.bytes.carried('modem', Buffer.from('+IPD,4,8:\r\nOK\r\n\r\n'));
    trace.bytes.carried('modem', Buffer.from(secret.line));
    assert.equal(shown.length, 0);
  });

  it('is hidden from a subscriber who comes in the middle', () => {
    const { shown, watch, say, answer } = line();
    say(secret);
    watch();
    answer(secret.line, '\r\r\n\r\nOK\r\n');
    assert.deepStrictEqual(shown, [`< ${'*'.repeat(secret.line.length)}`, '< \r\r\n\r\n**\r\n']);
    say(attention);
    answer('\r\nOK\r\n');
    answer('x');
    assert.equal(shown.at(-1), '< x');
  });

  it('is forgotten with the last subscriber, and hidden from the next one', () => {
    const { shown, watch, say, answer } = line();
    const watching = watch();
    say(secret);
    answer(secret.line);
    watching.unsubscribe();
    watch();
    answer('\r\r\n\r\nOK\r\n');
    assert.deepStrictEqual(shown, ['< \r\r\n\r\n**\r\n']);
  });

  it('does not hold back without a limit', () => {
    const { trace, shown, watch, say } = line();
    watch();
    say(secret);
    trace.bytes.carried('modem', Buffer.from(secret.line));
    for (let piece = 0; piece < 300; piece++) trace.bytes.carried('modem', Buffer.alloc(1_024, 'a'));
    assert.ok(shown.length > 250);
    assert.ok(shown.every((text) => !showsKey(text) && !text.includes('aaa')));
  });

  it('is hidden when the line ends in the middle', () => {
    const { trace, shown, watch, say } = line();
    watch();
    say(secret);
    trace.bytes.carried('modem', Buffer.from(secret.line.slice(0, -4)));
    trace.end();
    assert.deepStrictEqual(shown.at(-1), '|');
    assert.ok(!shown.some(showsKey));
  });

  it('is in no damaged echo, whatever the damage and the pieces', () => {
    fc.assert(
      fc.property(damagedEchoes(), (chunks) => {
        const { trace, shown, watch, say, answer } = line();
        watch();
        say(secret);
        answer(...chunks);
        say(attention);
        answer('\r\nOK\r\n');
        trace.end();
        assert.ok(!showsKey(shown.join('')), shown.join('\n'));
      }),
    );
  });
});
