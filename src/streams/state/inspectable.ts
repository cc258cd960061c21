/** A value that is shown as one word. */
type Plain = string | number | boolean | Inspectable;

/**
 * The fields that an {@link Inspectable} shows, by name, in the order in which they are shown. A field that is
 * `undefined` is left out; a list is shown in brackets.
 */
export type Shown = Readonly<Record<string, Plain | readonly Plain[] | undefined>>;

/** The method that `console.log` and `util.inspect` of Node.js look for; this way it needs no import from there. */
const inspect = Symbol.for('nodejs.util.inspect.custom');

/**
 * An object that is printed on one line: by `console.log`, at any depth, in a template, and as JSON. The form is
 * MicroPython's: `<socket state=connected remote=192.168.1.9:80 queued=120>`. A class lists the fields that it shows,
 * so nothing secret is printed by accident.
 */
export abstract class Inspectable {
  /** What kind of object it is, and the fields to show with their present values. */
  protected abstract shown(): readonly [kind: string, state: Shown];

  /** The object on one line, `<kind field=value …>`. A text that is not one plain word is quoted as in JSON. */
  toString(): string {
    return textOf(this.shown());
  }

  /** The shown fields as an object, with the kind as the field `kind`: what `JSON.stringify` writes. */
  toJSON(): object {
    return objectOf(this.shown());
  }

  /** The name of the class, for `Object.prototype.toString` and debuggers. */
  get [Symbol.toStringTag](): string {
    return this.constructor.name;
  }

  /** What `console.log` and `util.inspect` print: the same line as `toString` returns. */
  [inspect](): string {
    return this.toString();
  }
}

/**
 * Makes an object of functions and constants print itself as an {@link Inspectable} does, and returns it.
 *
 *     console.log(inspectableModule('clock', { now: Date.now })); // <module clock>
 *
 * @param name Printed after `module`.
 * @param members The object. It keeps its properties; those that are added are not enumerable.
 * @param state The fields to show, read at each printing. Default: none.
 */
export function inspectableModule<T extends object>(name: string, members: T, state: () => Shown = () => ({})): T {
  const shown = (): readonly [string, Shown] => [`module ${name}`, state()];
  const text = { value: () => textOf(shown()) };
  return Object.defineProperties(members, {
    toString: text,
    [inspect]: text,
    toJSON: { value: () => objectOf(shown()) },
  });
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

/** Quotes a text that would not be one word on one line. */
function wordOf(value: Plain): string {
  const text = String(value);
  return typeof value !== 'string' || /^[\w.:/+@-]+$/.test(text) ? text : JSON.stringify(text);
}

function objectOf([kind, state]: readonly [string, Shown]): object {
  return { kind, ...state };
}
