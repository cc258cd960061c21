import type { Setting, Task } from './figures';

/** What the bench tells a program that it measures. */
export type ToProgram =
  | ({ readonly kind: 'order' } & Order)
  /** The peer has received everything, and it was right. */
  | { readonly kind: 'arrived' };

/** What is to be measured, on which line, and where the modem finds the peer. */
export interface Order {
  readonly setting: Setting;
  readonly task: Task;
  readonly path: string;
  readonly host: string;
  readonly port: number;
  readonly seed: number;
}

/** What such a program tells the bench. */
export type FromProgram =
  /** Everything is connected, and time runs. The peer may send. */
  | { readonly kind: 'begun' }
  | ({ readonly kind: 'measured' } & Measured)
  | { readonly kind: 'failed'; readonly message: string };

/** What a program has measured. */
export interface Measured {
  readonly seconds: number;
  /** Processor time of its process, in seconds. */
  readonly processor: number;
  /** For `echo`: the time of each round, in milliseconds. */
  readonly rounds: readonly number[];
}
