import { describe, expect, it } from '@jest/globals';

import { FrameCutter } from '../../../src/esp8285/grammar/frameCutter';
import type { Frame } from '../../../src/esp8285/grammar/frame';

describe('an OK whose line end is damaged, before a prompt', () => {
  function framesOf(said: string, prompt: boolean, size = said.length): readonly string[] {
    const frames: Frame[] = [];
    const cutter = new FrameCutter({ prompt, reading: undefined, numbersLinks: true, discards: 0 }, (frame) => {
      frames.push(frame);
    });
    for (let at = 0; at < said.length; at += size) cutter.push(Buffer.from(said.slice(at, at + size), 'latin1'));
    return frames.map(({ kind }) => kind);
  }

  it.each(['\r\nOK\r> ', '\r\nOK\r\u0002> ', '\r\nOK\r*>'])('%j: both are heard, however they come', (said) => {
    for (let size = 1; size <= said.length; size++) {
      expect(framesOf(`${said}\r\nRecv 5 bytes\r\n`, true, size)).toEqual(['final', 'prompt', 'taken']);
    }
  });

  it.each(['\r\nOK\r> ', 'OK, said the peer> ', 'OKAY> '])(
    '%j is a line where no prompt is expected, or no OK',
    (said) => {
      expect(framesOf(said, said.startsWith('OK'))).toEqual([]);
    },
  );
});
