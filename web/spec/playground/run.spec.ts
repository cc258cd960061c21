import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { from } from 'rxjs';

import { drawSunset } from '../../../samples/demo/sunset';
import { bitmapHead, drawRows, rowsOf } from '../../src/playground/bitmap';
import { EditedPrograms } from '../../src/playground/editedPrograms';
import { type IncomingFile, incomingFiles } from '../../src/playground/run/incomingFile';
import { lineOf } from '../../src/playground/run/output';
import { shownValues } from '../../src/playground/run/shownValue';
import { stripTypes } from '../../src/playground/run/stripTypes';

describe('a program without its types', () => {
  it.each(['download-picture.ts', 'download-picture-streams.ts', 'send-picture.ts'])('has the lines of %s', (name) => {
    const code = readFileSync(`samples/${name}`, 'utf8');
    const plain = stripTypes(code);
    expect(plain.split('\n').length).toBe(code.split('\n').length);
    const lineWith = (text: string) => text.split('\n').findIndex((line) => line.includes('await nic.connect('));
    expect(lineWith(plain)).toBe(lineWith(code));
    expect(plain).not.toMatch(/: Promise<void>/);
  });

  it('names the line of a mistake', () => {
    expect(() => stripTypes('const a = 1;\nconst = 2;')).toThrow(/\(2:\d+\)/);
  });
});

describe('the output of a program', () => {
  it('shows values as Node.js does', () => {
    const error = Object.assign(new Error('no answer'), { name: 'OSError', code: 'ETIMEDOUT', errno: 110 });
    expect(shownValues(['rcv:', 1460, Buffer.from('ab'), { a: [1, 'x'] }, null])).toBe(
      "rcv: 1460 <Buffer 61 62> { a: [1, 'x'] } null",
    );
    expect(shownValues([error])).toBe('OSError ETIMEDOUT (110): no answer');
    expect(shownValues([[], {}, new Map([[1, 'a']]), undefined])).toBe("[] {} Map(1) { 1 => 'a' } undefined");
  });

  it('finds the line of the program in an error', () => {
    const stack = 'OSError: no answer\n    at recv (http://page/a.js:1:2)\n    at main (blob:http://page/1-2:38:20)';
    expect(lineOf({ stack }, 'blob:http://page/1-2')).toBe(38);
    expect(lineOf(new Error('elsewhere'), 'blob:http://page/1-2')).toBeUndefined();
  });
});

describe('a picture that comes in', () => {
  const picture = drawSunset();
  const reply = Buffer.concat([
    Buffer.from(`HTTP/1.0 200 OK\r\nContent-Type: image/bmp\r\nContent-Length: ${picture.length}\r\n\r\n`),
    picture,
  ]);

  it('is cut out of the answer of the server, however that is cut', () => {
    const files: IncomingFile[] = [];
    const pieces = [reply.subarray(0, 10), reply.subarray(10, 1000), reply.subarray(1000)];
    from(pieces.map((bytes) => ({ connection: 1, bytes })))
      .pipe(incomingFiles())
      .subscribe((file) => files.push(file));
    expect(files.map(({ size, type }) => [size, type])).toEqual(files.map(() => [picture.length, 'image/bmp']));
    expect(files.length).toBe(2);
    expect(Buffer.from(files[1]?.bytes ?? []).equals(picture)).toBe(true);
  });

  it('is drawn by rows, from the bottom', () => {
    const head = bitmapHead(picture);
    if (!head) throw new Error('it is no bitmap');
    expect(head).toMatchObject({ width: 240, height: 160, isUpwards: true, bytesPerPixel: 3 });
    expect(rowsOf(head, 54 + 2 * 720 + 719)).toBe(2);
    const pixels = new Uint8ClampedArray(4 * 240 * 160);
    drawRows(head, picture, pixels, 0, 2);
    const opaque = (y: number): boolean => pixels[4 * 240 * y + 3] === 255;
    expect([157, 158, 159].map(opaque)).toEqual([false, true, true]);
    expect([...pixels.subarray(4 * 240 * 159, 4 * 240 * 159 + 3)]).toEqual([picture[56], picture[55], picture[54]]);
  });

  it('is none in other files', () => {
    expect(bitmapHead(Buffer.from('GIF89a'))).toBeUndefined();
    expect(bitmapHead(picture.subarray(0, 53))).toBeUndefined();
  });
});

describe('an edited program', () => {
  const offered = [
    { id: 'a', title: 'A', code: 'a()' },
    { id: 'b', title: 'B', code: 'b()' },
  ] as const;

  function storing(): { readonly kept: Map<string, string>; readonly storage: Storage } {
    const kept = new Map<string, string>();
    const storage = {
      getItem: (name: string) => kept.get(name) ?? null,
      setItem: (name: string, text: string) => void kept.set(name, text),
      removeItem: (name: string) => void kept.delete(name),
    };
    return { kept, storage: storage as unknown as Storage };
  }

  it('is kept, and can be restored', () => {
    const { kept, storage } = storing();
    const programs = new EditedPrograms(offered, storage);
    programs.choose('b');
    programs.edit('b2()');
    expect(new EditedPrograms(offered, storage).code).toBe('b2()');
    programs.restore();
    expect(programs.code).toBe('b()');
    expect([...kept.values()]).toEqual(['b']);
  });

  it('stays as it is when the browser keeps nothing', () => {
    const refusing = () => {
      throw new Error('denied');
    };
    const programs = new EditedPrograms(offered, { getItem: refusing, setItem: refusing, removeItem: refusing });
    programs.edit('a2()');
    programs.choose('b');
    programs.choose('a');
    expect(programs.code).toBe('a2()');
  });
});
