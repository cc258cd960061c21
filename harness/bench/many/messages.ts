import type { Setting } from '../figures';

/** What the bench tells the process that has all the modems. */
export type ToMany =
  /** Open an interface on each path, and connect all links of each to the port on 127.0.0.1. */
  | {
      readonly kind: 'open';
      readonly setting: Setting;
      readonly paths: readonly string[];
      readonly port: number;
      readonly seed: number;
    }
  /** Close all interfaces. */
  | { readonly kind: 'close' }
  /** Observe the process for so many seconds. */
  | { readonly kind: 'observe'; readonly seconds: number };

/** What that process tells the bench. */
export type FromMany =
  | { readonly kind: 'opened' }
  | { readonly kind: 'closed' }
  | ({ readonly kind: 'observed' } & Observed)
  | { readonly kind: 'failed'; readonly message: string };

/** What was observed of the process that has all the modems. */
export interface Observed {
  readonly seconds: number;
  /** Processor time, in seconds. */
  readonly processor: number;
  /** The bytes that each link has received, modem by modem. */
  readonly received: readonly (readonly number[])[];
  /** By how many milliseconds the event loop was late. */
  readonly delay: { readonly median: number; readonly p99: number; readonly max: number };
  /** Bytes in use at the end, after garbage collections, with all links open: that of the median of some moments. */
  readonly memory: Memory;
}

/** The memory of a process, in bytes. */
export interface Memory {
  /** Objects of JavaScript, and their compiled code. */
  readonly heap: number;
  /** Compiled code, which all modems share. */
  readonly code: number;
  /** The contents of buffers, which are not in the heap. */
  readonly buffers: number;
  /** All that the process has from the operating system. */
  readonly resident: number;
}
