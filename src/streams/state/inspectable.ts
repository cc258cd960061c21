import { type Observable, take } from 'rxjs';

/** A value that stands for itself on one line. */
type Plain = string | number | boolean | Inspectable;

/** What an object shows of itself, in this order. What is `undefined` is left out. */
export type Shown = Readonly<Record<string, Plain | readonly Plain[] | undefined>>;

/** How Node.js finds it, without an import from there. */
const inspect = Symbol.for('nodejs.util.inspect.custom');

/**
 * Shows itself on one line wherever it is printed: in `console.log`, at any depth, in a template, as JSON. The form is
 * MicroPython's: `<socket state=connected remote=192.168.1.9:80 queued=120>`. What is secret is not among what is shown.
 */
export abstract class Inspectable {
  /** What it is, and what matters of its state now. */
  protected abstract shown(): readonly [kind: string, state: Shown];

  toString(): string {
    return textOf(this.shown());
  }

  /** The same as an object. */
  toJSON(): object {
    return objectOf(this.shown());
  }

  get [Symbol.toStringTag](): string {
    return this.constructor.name;
  }

  [inspect](): string {
    return this.toString();
  }
}

/** Makes an object of functions and constants show itself in the same way, and leaves its properties as they are. */
export function inspectableModule<T extends object>(name: string, members: T, state: () => Shown = () => ({})): T {
  const shown = (): readonly [string, Shown] => [`module ${name}`, state()];
  const text = { value: () => textOf(shown()) };
  return Object.defineProperties(members, {
    toString: text,
    [inspect]: text,
    toJSON: { value: () => objectOf(shown()) },
  });
}

/** The value of an observable that replays its current one. */
export function currentOf<T>(state$: Observable<T>): T | undefined {
  const current: { value?: T } = {};
  state$.pipe(take(1)).subscribe({
    next: (value) => (current.value = value),
    // One that has failed has no state.
    error: () => undefined,
  });
  return current.value;
}

function textOf([kind, state]: readonly [string, Shown]): string {
  const parts = Object.entries(state).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${Array.isArray(value) ? listOf(value as Plain[]) : wordOf(value as Plain)}`],
  );
  return `<${[kind, ...parts].join(' ')}>`;
}

function listOf(values: readonly Plain[]): string {
  return `[${values.map(wordOf).join(', ')}]`;
}

/** Quoted where it would not be one word on one line otherwise. */
function wordOf(value: Plain): string {
  const text = String(value);
  return typeof value !== 'string' || /^[\w.:/+@-]+$/.test(text) ? text : JSON.stringify(text);
}

function objectOf([kind, state]: readonly [string, Shown]): object {
  return { kind, ...state };
}
