import assert from 'node:assert/strict';

import { Random } from '../../src/emulator/simulation/random';
import type { Frame } from '../../src/esp8285/grammar/frame';
import { CollectingCutter } from './frames';

/** The most bytes that a cutter may hold: a block, a line, and the bytes that have followed a block so far. */
const mostHeld = 8192 + 1024 + 2 * 48;

/** Messages of a modem, from which garbage is made. */
const words = [
  ...[
    '\r\nOK\r\n',
    '\r\nERROR\r\n',
    '\r\nOK\r\n> ',
    '\r\n>',
    '\r\nbusy p...\r\n',
    '\r\nRecv 5 bytes\r\n',
    '\r\nSEND OK\r\n',
    '3,2\r\n\r\nOK\r\n> ',
    '\r\n4,12,SEND OK\r\n',
  ],
  ...[
    'SEND FAIL\r\n',
    '4,CONNECT\r\n',
    '3,CLOSED\r\n',
    '\r\n+IPD,2,99\r\n',
    '\r\n+IPD,4,5:hello',
    '\r\n+IPD,3,12:\r\nOK\r\n+IPD,',
  ],
  ...[
    '\r\n+IPD,0,1460:',
    '\r\n+IPD,1,8192:',
    '+IPD,60000:',
    '\r\n+IPD,2,60000:',
    'x'.repeat(15_000),
    '\r\n+CIPRECVDATA,5:hello\r\nOK\r\n',
    '+CIPRECVDATA:75,',
    'ready\r\n',
  ],
  ...[
    'WIFI GOT IP\r\n',
    '+CWJAP:"a\r\n',
    'AT+GMR\r\r\n',
    '\0',
    '\r',
    '\n',
    '+',
    '>',
    '4',
    ',',
    ':',
    '+IPD',
    'x'.repeat(900),
  ],
].map((word) => Buffer.from(word, 'latin1'));

/** Must be understood after any garbage, when a silence follows. */
const certain = Buffer.from('\r\n\r\nOK\r\n\r\n+IPD,2,5:hello\r\n+IPD,1,3:abc3,CLOSED\r\n', 'latin1');
const understood = ['final', 'block 2 hello', 'block 1 abc', 'closed'];

function garbage(chance: (below: number) => number): Buffer {
  const parts = Array.from({ length: 1 + chance(12) }, () => {
    if (chance(6) === 0) return Buffer.from(Array.from({ length: chance(40) }, () => chance(256)));
    return Buffer.from(words[chance(words.length)] ?? []);
  });
  let bytes = Buffer.concat(parts);
  for (let times = chance(4); times > 0 && bytes.length > 0; times--) {
    const at = chance(bytes.length);
    const lost = 1 + chance(chance(4) === 0 ? 64 : 3);
    if (chance(2) === 0) bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + lost)]);
    else bytes[at] = (bytes[at] ?? 0) ^ (1 << chance(8));
  }
  return bytes;
}

/**
 * Feeds a cutter with damaged messages in odd pieces. The cutter must not throw, must emit no more bytes than have come, must
 * hold no more than its limit, and must understand what follows. Throws if it does not.
 *
 * @returns The number of bytes that were fed.
 */
export function feedGarbage(seed: number): number {
  const random = new Random(seed);
  const chance = (below: number) => random.integer(0, below - 1);
  const expecting = {
    prompt: chance(2) === 0,
    reading: chance(3) === 0 ? undefined : chance(5),
    asked: chance(2) === 0 ? undefined : 1 + chance(2048),
    numbersLinks: chance(4) > 0,
    numbers: chance(2) === 0 ? undefined : /^\d+,\d+$/,
    discards: 0,
  };
  const cutter = new CollectingCutter(expecting);
  const bytes = garbage(chance);
  let handedOn = 0;
  const count = (frames: readonly Frame[]) => {
    for (const frame of frames) if (frame.kind === 'block') handedOn += frame.length;
  };
  for (let at = 0; at < bytes.length;) {
    const end = at + 1 + chance(chance(3) === 0 ? 4000 : 64);
    count(cutter.push(bytes.subarray(at, end)));
    if (chance(8) === 0) count(cutter.settle());
    if (chance(50) === 0) expecting.prompt = !expecting.prompt;
    at = end;
  }
  assert.ok(handedOn <= bytes.length, 'more was handed on than has come');
  assert.ok(cutter.heldBytes <= mostHeld, `${cutter.heldBytes} bytes are held`);
  count(cutter.giveUp());
  const frames = [...cutter.push(certain), ...cutter.settle()];
  assert.deepStrictEqual(frames.map(named).slice(-understood.length), understood);
  assert.strictEqual(cutter.heldBytes, 0);
  return bytes.length + certain.length;
}

function named(frame: Frame): string {
  if (frame.kind !== 'block') return frame.kind;
  return `block ${frame.link} ${frame.bytes.toString('latin1')}`;
}
