import type { Nic } from '../usocket/contract/nic';
import type { DirectTargets } from './directTargets';

/** How the modules of Node.js reach the network now. */
export interface Routes {
  /** The modem. */
  readonly nic: Nic;
  /** What is reached by the operating system. */
  readonly direct: DirectTargets;
  /** The sockets of Node.js whose connections go through the modem, encrypted ones, too. */
  readonly sockets: WeakSet<object>;
}

/** A function, as an object with properties. */
type Holder = Record<string, unknown>;

/**
 * Replaces a function of an object by one that may call the original. The new one keeps the properties of the original, such
 * as its form for `util.promisify`.
 */
export function replace(object: object, name: string, make: (original: Original) => Replacement): void {
  const holder = object as Holder;
  const original = holder[name];
  if (typeof original !== 'function') return;
  const replacement = make((self, given) => Reflect.apply(original, self, given) as unknown);
  const patched = function (this: unknown, ...given: unknown[]): unknown {
    return replacement(this, given);
  };
  Object.defineProperties(patched, Object.getOwnPropertyDescriptors(original));
  holder[name] = patched;
}

/** Calls the function of Node.js. */
export type Original = (self: unknown, given: readonly unknown[]) => unknown;

/** What is called instead. */
export type Replacement = (self: unknown, given: readonly unknown[]) => unknown;
