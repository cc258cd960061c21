import { describe, expect, it } from '@jest/globals';
import { Jimp } from 'jimp';

import { type Picture, renderPicture, screenOf } from '../../../samples/demo/showPicture';
import { runProgram } from '../../../harness/processes/program';

describe('a picture as text', () => {
  it('is letters where there are no colours', () => {
    expect(renderPicture(twoHalves(), { columns: 80, rows: 24, colours: false })).toBe('@@@@@@@@\n@@@@@@@@\n\n');
  });

  it('is two pixels in each cell where there are colours', () => {
    const text = renderPicture(twoHalves(), { columns: 2, rows: 24, colours: true });
    expect(text).toBe(`${'\x1b[38;2;255;255;255m\x1b[48;2;0;0;0m▀'.repeat(2)}\x1b[0m`);
  });

  it('fits the screen', () => {
    const wide = new Jimp({ width: 600, height: 200 }).bitmap;
    const lines = renderPicture(wide, { columns: 60, rows: 24, colours: true }).split('\n');
    expect(lines).toHaveLength(10);
    expect(lines.every((line) => line.split('▀').length === 61)).toBe(true);
    const low = renderPicture(wide, { columns: 600, rows: 5, colours: true }).split('\n');
    expect(low).toHaveLength(5);
  });
});

/** 8 × 8: white above, black below. */
function twoHalves(): Picture {
  const image = new Jimp({ width: 8, height: 8, color: 0x000000ff });
  image.scan(0, 0, 8, 4, (x, y) => {
    image.setPixelColor(0xffffffff, x, y);
  });
  return image.bitmap;
}

describe('a file', () => {
  // A program of its own: the library imports its decoders as jest cannot.
  it('is a picture in any of the usual formats, or refused', async () => {
    const { stdout, stderr } = await runProgram(require.resolve('./readPictures'), []);
    expect(stderr).toBe('');
    expect(stdout.split('\n')).toEqual([
      'image/bmp: 12 × 8',
      'image/png: 12 × 8',
      'image/jpeg: 12 × 8',
      ...Array.from({ length: 3 }, () => 'This is not a picture that can be shown: not BMP, JPEG or PNG, or damaged.'),
      '',
    ]);
  });
});

describe('the screen', () => {
  it('has colours when it is a terminal that may use them', () => {
    const terminal = { isTTY: true, columns: 100, rows: 44 };
    expect(screenOf(terminal, {})).toEqual({ columns: 100, rows: 40, colours: true });
    expect(screenOf(terminal, { NO_COLOR: '' }).colours).toBe(true);
    expect(screenOf(terminal, { NO_COLOR: '1' }).colours).toBe(false);
    expect(screenOf(terminal, { TERM: 'dumb' }).colours).toBe(false);
    expect(screenOf({}, {})).toEqual({ columns: 60, rows: 26, colours: false });
  });
});
