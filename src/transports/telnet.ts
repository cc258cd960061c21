import { concatMap, defer, type OperatorFunction } from 'rxjs';

/** The bytes that telnet commands are made of (RFC 854). */
const IAC = 0xff;
const SE = 0xf0;
const SB = 0xfa;

/** What one side says of an option: it will use it itself, or the other may. */
export type Verb = 'WILL' | 'WONT' | 'DO' | 'DONT';

const byteOf: Readonly<Record<Verb, number>> = { WILL: 0xfb, WONT: 0xfc, DO: 0xfd, DONT: 0xfe };
const verbOf = new Map(Object.entries(byteOf).map(([verb, byte]) => [byte, verb as Verb]));

/** A piece of a telnet stream. Commands of one byte (NOP, GO AHEAD, …) carry nothing for a serial line and are left out. */
export type TelnetEvent =
  | { readonly kind: 'data'; readonly bytes: Uint8Array }
  | { readonly kind: 'negotiation'; readonly verb: Verb; readonly option: number }
  | { readonly kind: 'subnegotiation'; readonly option: number; readonly bytes: Buffer };

/** The command `IAC verb option`. */
export function negotiation(verb: Verb, option: number): Buffer {
  return Buffer.of(IAC, byteOf[verb], option);
}

/** The command `IAC SB option bytes IAC SE`. */
export function subnegotiation(option: number, bytes: Uint8Array): Buffer {
  return Buffer.concat([Buffer.of(IAC, SB, option), escapeIac(bytes), Buffer.of(IAC, SE)]);
}

/** Doubles each byte 255, so that the other side takes it for data. Gives back the same bytes when there is none. */
export function escapeIac(bytes: Uint8Array): Uint8Array {
  const pieces: Uint8Array[] = [];
  let from = 0;
  // Each piece ends with the 255 that the next one begins with.
  for (let iac = bytes.indexOf(IAC); iac >= 0; iac = bytes.indexOf(IAC, iac + 1)) {
    pieces.push(bytes.subarray(from, iac + 1));
    from = iac;
  }
  return pieces.length === 0 ? bytes : Buffer.concat([...pieces, bytes.subarray(from)]);
}

export interface DecodeTelnetOptions {
  /** Longest subnegotiation held while waiting for its end, in bytes. */
  readonly maxLength: number;
  /** Makes the error of one that is longer. */
  readonly overflow: () => Error;
}

/**
 * Takes a telnet stream apart, across chunk borders; data are passed on as slices of the chunks.
 *
 *     rx$      --[ab ff fb 00 cd]-------------------------[ff ff e]---
 *     events$  --([data ab][WILL 0][data cd])-------------[data ff e]-
 *
 * @see RFC 854 (commands, doubled 255), RFC 855 (subnegotiation).
 */
export function decodeTelnet(options: DecodeTelnetOptions): OperatorFunction<Uint8Array, TelnetEvent> {
  return (rx$) =>
    defer(() => {
      const decoder = new TelnetDecoder(options);
      return rx$.pipe(concatMap((chunk) => decoder.push(chunk)));
    });
}

class TelnetDecoder {
  private state: 'text' | 'command' | 'verb' = 'text';
  private verb: Verb = 'WONT';
  /** What has come of a subnegotiation, while inside one. */
  private held: Uint8Array[] | undefined;
  private heldLength = 0;

  constructor(private readonly options: DecodeTelnetOptions) {}

  *push(chunk: Uint8Array): Generator<TelnetEvent> {
    let at = 0;
    let escaped = false;
    while (at < chunk.length) {
      const byte = chunk[at];
      if (this.state === 'text') {
        // A doubled 255 is text too: the second one begins this run.
        const iac = chunk.indexOf(IAC, escaped ? at + 1 : at);
        const end = iac < 0 ? chunk.length : iac;
        if (end > at) yield* this.text(chunk.subarray(at, end));
        escaped = false;
        at = end + 1;
        if (iac >= 0) this.state = 'command';
      } else if (this.state === 'verb') {
        this.state = 'text';
        at += 1;
        yield { kind: 'negotiation', verb: this.verb, option: byte ?? 0 };
      } else if (byte === IAC) {
        this.state = 'text';
        escaped = true;
      } else {
        at += 1;
        yield* this.command(byte ?? 0);
      }
    }
  }

  private *text(bytes: Uint8Array): Generator<TelnetEvent> {
    if (this.held === undefined) {
      yield { kind: 'data', bytes };
      return;
    }
    this.heldLength += bytes.length;
    if (this.heldLength > this.options.maxLength) throw this.options.overflow();
    this.held.push(bytes);
  }

  private *command(byte: number): Generator<TelnetEvent> {
    const verb = verbOf.get(byte);
    this.state = verb === undefined ? 'text' : 'verb';
    if (verb !== undefined) this.verb = verb;
    else if (byte === SB) this.hold([]);
    else if (byte === SE && this.held !== undefined) {
      const all = Buffer.concat(this.held);
      this.hold(undefined);
      if (all[0] !== undefined) yield { kind: 'subnegotiation', option: all[0], bytes: all.subarray(1) };
    }
  }

  private hold(held: Uint8Array[] | undefined): void {
    this.held = held;
    this.heldLength = 0;
  }
}
