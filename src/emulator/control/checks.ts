import { longestDelay } from '../../streams/internal';
import { ControlError, invalidParameters } from './messages';

/** Returns a value of JSON with its type, or throws a {@link ControlError} that says what is wanted. */
export type Check<T> = (value: unknown, name: string) => T;

type Shape = Readonly<Record<string, Check<unknown>>>;

/** An object of that shape. Everything in it may be left out. */
export type Shaped<S extends Shape> = { readonly [Name in keyof S]?: ReturnType<S[Name]> };

/** Checks an object, and refuses what is not in its shape, because it may be a misspelt name. */
export function shaped<S extends Shape>(shape: S): Check<Shaped<S>> {
  return (value, name) => {
    const given = table(value, name);
    const result: Partial<Record<string, unknown>> = {};
    for (const [key, member] of Object.entries(given)) {
      const check = Object.hasOwn(shape, key) ? shape[key] : undefined;
      if (check === undefined) {
        const names = Object.keys(shape);
        fail(`${name} takes no "${key}"; it takes ${names.length > 0 ? names.join(', ') : 'nothing'}`);
      }
      result[key] = check(member, `"${key}" of ${name}`);
    }
    return result as Shaped<S>;
  };
}

/** Checks an object whose members are all of one kind. */
export function tableOf<T>(check: Check<T>): Check<Readonly<Record<string, T>>> {
  return (value, name) =>
    Object.fromEntries(
      Object.entries(table(value, name)).map(([key, member]) => [key, check(member, `"${key}" of ${name}`)]),
    );
}

export function listOf<T>(check: Check<T>): Check<readonly T[]> {
  return (value, name) => {
    if (!Array.isArray(value)) fail(`${name} must be a list`);
    return value.map((member) => check(member, `a member of ${name}`));
  };
}

export function oneOf<const T extends string | number | boolean>(...choices: readonly T[]): Check<T> {
  return (value, name) => {
    const choice = choices.find((candidate) => candidate === value);
    if (choice === undefined) fail(`${name} must be one of ${choices.map((each) => JSON.stringify(each)).join(', ')}`);
    return choice;
  };
}

/** Tries the checks one after the other. The last one says what is wrong. */
export function either<A, B>(first: (value: unknown) => value is A, second: Check<B>): Check<A | B> {
  return (value, name) => (first(value) ? value : second(value, name));
}

export function isText(value: unknown): value is string {
  return typeof value === 'string';
}

export const flag = oneOf(true, false);

export const text: Check<string> = (value, name) => (isText(value) ? value : fail(`${name} must be a text`));

/** A text that a modem can print as a line. */
export const line: Check<string> = (value, name) => {
  const given = text(value, name);
  // eslint wants no control characters in patterns, and a class of them says the same.
  return given === '' || /\p{Cc}/u.test(given) ? fail(`${name} must be one line of text`) : given;
};

export function number(low: number, high: number): Check<number> {
  return (value, name) =>
    typeof value === 'number' && value >= low && value <= high
      ? value
      : fail(`${name} must be a number from ${low} to ${high}`);
}

export function whole(low: number, high: number): Check<number> {
  const check = number(low, high);
  return (value, name) => {
    const given = check(value, name);
    return Number.isInteger(given) ? given : fail(`${name} must be a whole number`);
  };
}

/** Milliseconds. */
export const time = number(0, longestDelay);
export const bytes = whole(0, 999_999_999);

function table(value: unknown, name: string): object {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) fail(`${name} must be an object`);
  return value;
}

export function fail(message: string): never {
  throw new ControlError(invalidParameters, message);
}
