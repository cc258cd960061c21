import { describe, expect, it } from '@jest/globals';
import { inspect } from 'node:util';
import { BehaviorSubject, NEVER, type Observable, of, throwError } from 'rxjs';

import { Inspectable, type Shown } from '../../../src/streams';
import { currentOf, inspectableModule } from '../../../src/streams/internal';

class Box extends Inspectable {
  readonly self = this;
  constructor(private readonly state: Shown) {
    super();
  }

  protected shown(): readonly [string, Shown] {
    return ['box', this.state];
  }
}

describe('Inspectable', () => {
  const inner = new Box({ name: 'two words' });
  const box = new Box({ state: 'open', size: 5, missing: undefined, full: false, inner, all: [inner, 'a', 7] });
  const line = '<box state=open size=5 full=false inner=<box name="two words"> all=[<box name="two words">, a, 7]>';

  it('is printed on one line everywhere', () => {
    expect(String(box)).toBe(line);
    expect(`${box as unknown as string}.`).toBe(`${line}.`);
    for (const depth of [0, 1, 5, null]) {
      expect(inspect(box, { depth })).toBe(line);
      expect(inspect({ box }, { depth, breakLength: Infinity })).toBe(`{ box: ${line} }`);
    }
    expect(inspect([{ deep: { box: inner } }], { depth: 3 })).toContain('<box name="two words">');
  });

  it('has the same fields as JSON', () => {
    expect(JSON.parse(JSON.stringify({ box }))).toEqual({
      box: {
        kind: 'box',
        state: 'open',
        size: 5,
        full: false,
        inner: { kind: 'box', name: 'two words' },
        all: [{ kind: 'box', name: 'two words' }, 'a', 7],
      },
    });
  });

  it.each(['a\nb', '', '\u001b[31m', 'x>', 'a=b', '名'])('quotes %j', (text) => {
    expect(String(new Box({ text }))).toBe(`<box text=${JSON.stringify(text)}>`);
  });

  it('has its class as its tag, and so has its prototype', () => {
    expect(Object.prototype.toString.call(box)).toBe('[object Box]');
    expect(() => inspect(Box.prototype)).not.toThrow();
    expect(inspect(box, { customInspect: false, depth: 0 })).toContain('Box');
  });

  it('can be an object of functions, which keeps its properties', () => {
    const module = inspectableModule('box', { make: () => 5, SIZE: 3 }, () => ({ boxes: [inner] }));
    expect(inspect(module)).toBe('<module box boxes=[<box name="two words">]>');
    expect(inspect({ module })).toBe('{ module: <module box boxes=[<box name="two words">]> }');
    expect(JSON.parse(JSON.stringify(module))).toMatchObject({ kind: 'module box' });
    expect(Object.keys({ ...module })).toEqual(['make', 'SIZE']);
  });
});

it('currentOf gives the replayed value, and undefined without one', () => {
  const states = [new BehaviorSubject(5), of(1, 2), NEVER as Observable<number>].map((state$) => currentOf(state$));
  expect(states).toEqual([5, 1, undefined]);
  expect(currentOf(throwError(() => new Error('lost')) as Observable<number>)).toBeUndefined();
});
