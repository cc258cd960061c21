import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';

import { FrameCutter } from '../../../../src/esp8285/grammar/frameCutter';
import { CollectingCutter, framesOf, joined, latin1 } from '../../../../harness/modems/frames';

const ok = { kind: 'final', result: 'OK' };
const prompt = { kind: 'prompt' };
const taken = { kind: 'taken', length: 5 };

describe('prompts', () => {
  it.each([
    ['AT 1.x, with a blank', '\r\nOK\r\n> '],
    ['AT 2, without', '\r\nOK\r\n\r\n>'],
  ])('of %s', (_, printed) => {
    assert.deepStrictEqual(framesOf(`${printed}\r\nRecv 5 bytes\r\n`), [ok, prompt, taken]);
  });

  it('S23 is heard in front of data', () => {
    assert.deepStrictEqual(framesOf('\r\nOK\r\n> \r\n+IPD,1,3:abc'), [
      ok,
      prompt,
      { kind: 'block', link: 1, length: 3, data: 'abc' },
    ]);
  });

  it('is heard behind data that come between OK and prompt', () => {
    assert.deepStrictEqual(framesOf('\r\nOK\r\n\r\n+IPD,1,3:abc> '), [
      ok,
      { kind: 'block', link: 1, length: 3, data: 'abc' },
      prompt,
    ]);
  });

  it('is a line like others while no send waits for it', () => {
    assert.deepStrictEqual(framesOf('> noise\r\n', { prompt: false }), [{ kind: 'unknown', text: '> noise' }]);
  });

  it('eats one blank, and no other: the blank may come with the next chunk', () => {
    const cutter = new CollectingCutter({ prompt: true, reading: undefined, discards: 0 });
    const frames = ['>', ' ', ' one\r\n', ' two\r\n'].flatMap((text) => cutter.push(latin1(text)));
    assert.deepStrictEqual(frames.map(joined), [
      prompt,
      { kind: 'unknown', text: ' one' },
      { kind: 'unknown', text: ' two' },
    ]);
  });

  it('heeds what is expected when a frame has changed it', () => {
    const expecting = { prompt: true, reading: undefined, discards: 0 };
    const kinds: string[] = [];
    const cutter = new FrameCutter(expecting, ({ kind }) => {
      kinds.push(kind);
      expecting.prompt = false;
    });
    cutter.push(latin1('> >\r\n'));
    assert.deepStrictEqual(kinds, ['prompt', 'unknown']);
  });
});
