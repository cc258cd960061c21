import type { Observable } from 'rxjs';
import type { Uart } from 'rx-usocket';
import type { WatchEvent } from 'rx-usocket/watch';

import type { IncomingBytes } from './incoming';

/**
 * What the page gives to a program, which runs in a frame of its own: the time, the line, the files, and a place to print. The
 * objects of the two documents have different classes, so nothing here depends on `instanceof`.
 */
export interface ProgramHost {
  /** The URL of the program, an ES module. */
  readonly url: string;
  /** The arguments of the program, as on a command line. */
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly files: ProgramFiles;
  /** The program's time, in milliseconds since 1970. */
  now(): number;
  /** Calls back once after this time. Returns what stops it. */
  start(callback: () => void, delay: number): () => void;
  /** Opens the line of the page. Throws a text that says why it cannot be opened. */
  openLine(baudRate: number): Uart;
  /** Is told of each interface of the program, before it starts. */
  interfaceMade(made: MadeInterface): void;
  print(kind: PrintKind, values: readonly unknown[]): void;
  /** An error that the program has not caught, and the line of the program, from 1, if the error does not tell it. */
  fail(error: unknown, line?: number): void;
  /** All modules have been loaded, and the program begins. */
  begun(): void;
  /** The module has run to its end. Its timers and its line may keep it running. */
  evaluated(): void;
  /** The program ends itself. */
  exit(code: number): void;
  /** Registers what is called when the user stops the program. It returns whether the program wants to end by itself. */
  onStop(interrupt: () => boolean): void;
}

export type PrintKind = 'log' | 'error';

/** An interface of the program. */
export interface MadeInterface {
  readonly events$: Observable<WatchEvent>;
  /** What comes in over its connections. */
  readonly incoming$: Observable<IncomingBytes>;
  /** Asks the modem for its address and the strength of its signal. */
  askModem(): void;
  close(): Promise<void>;
}

/** The files of the page. */
export interface ProgramFiles {
  read(name: string): Uint8Array | undefined;
  write(name: string, bytes: Uint8Array): void;
}

/** The frame of a program, whose document finds its host here. */
export type ProgramFrame = HTMLIFrameElement & { programHost?: ProgramHost };
