import { concatMap, defer, type OperatorFunction } from 'rxjs';

/** Bytes of telnet commands (RFC 854): the byte before each command, and the end and the beginning of a subnegotiation. */
const IAC = 0xff;
const SE = 0xf0;
const SB = 0xfa;
/** The lowest code of a command: EOF (RFC 1184). */
const lowestCommand = 0xec;
/** The highest option in use, besides 255, which extends the list (RFC 861). */
const highestOption = 63;

/** What one side says about an option: WILL and WONT about its own use, DO and DONT about that of the other side. */
export type Verb = 'WILL' | 'WONT' | 'DO' | 'DONT';

const byteOf: Readonly<Record<Verb, number>> = { WILL: 0xfb, WONT: 0xfc, DO: 0xfd, DONT: 0xfe };
const verbOf = new Map(Object.entries(byteOf).map(([verb, byte]) => [byte, verb as Verb]));

/**
 * A piece of a telnet stream. Commands of one byte (NOP, GO AHEAD, …) mean nothing for a serial line and are left out. A
 * violation is a byte 255 that does not begin a command: a byte of data, which the server should have doubled.
 */
export type TelnetEvent =
  | { readonly kind: 'violation' }
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

/** Doubles each byte 255, so that the other side takes it for data. Bytes without a 255 are returned unchanged. */
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

/** The options of {@link decodeTelnet}. */
export interface DecodeTelnetOptions {
  /**
   * The most bytes of a subnegotiation, by its option and its first byte, which is `undefined` before it has come; 0
   * when there is no such subnegotiation. Longer ones count as data.
   */
  readonly longest: (option: number, first: number | undefined) => number;
}

/**
 * Decodes a telnet stream, across chunk borders. Data are slices of the chunks, not copies.
 *
 *     rx$      --[ab ff fb 00 cd]-------------------------[ff ff e]---
 *     events$  --([data ab][WILL 0][data cd])-------------[data ff e]-
 *
 * Some servers do not double 255 in data. So only bytes with the exact form of a command count as one. Then few bytes
 * are lost, and no subnegotiation waits for an end that does not come.
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
  private state: 'text' | 'command' | 'verb' | 'held' | 'command in held' = 'text';
  private verb: Verb = 'WONT';
  /** The bytes of a subnegotiation so far, its option first. */
  private held: number[] = [];

  constructor(private readonly options: DecodeTelnetOptions) {}

  *push(chunk: Uint8Array): Generator<TelnetEvent> {
    let at = 0;
    while (at < chunk.length) {
      const byte = chunk[at] ?? 0;
      switch (this.state) {
        case 'text':
          at = yield* this.text(chunk, at, at);
          break;
        case 'command':
          // The second byte of a doubled 255 begins a run of data; so does the byte after a single one.
          if (byte < lowestCommand || byte === IAC) {
            if (byte !== IAC) yield { kind: 'violation' };
            at = yield* this.text(chunk, at, byte === IAC ? at + 1 : at);
          } else {
            at += 1;
            this.command(byte);
          }
          break;
        case 'verb':
          at += 1;
          this.state = 'text';
          if (byte > highestOption && byte !== IAC) yield* this.notACommand([byteOf[this.verb], byte]);
          else yield { kind: 'negotiation', verb: this.verb, option: byte };
          break;
        case 'held':
          at += 1;
          if (byte === IAC) this.state = 'command in held';
          else yield* this.hold(byte);
          break;
        case 'command in held':
          if (byte === IAC || byte === SE) {
            at += 1;
            if (byte === IAC) yield* this.hold(byte);
            else yield* this.end();
          } else {
            yield* this.notACommand(this.held);
            this.state = 'command';
          }
      }
    }
  }

  /** Emits the data before the next 255, and returns where to go on. */
  private *text(chunk: Uint8Array, from: number, searched: number): Generator<TelnetEvent, number> {
    const iac = chunk.indexOf(IAC, searched);
    const end = iac < 0 ? chunk.length : iac;
    if (end > from) yield { kind: 'data', bytes: chunk.subarray(from, end) };
    this.state = iac < 0 ? 'text' : 'command';
    return end + 1;
  }

  private command(byte: number): void {
    const verb = verbOf.get(byte);
    this.state = verb !== undefined ? 'verb' : byte === SB ? 'held' : 'text';
    if (verb !== undefined) this.verb = verb;
    this.held = [];
  }

  private *hold(byte: number): Generator<TelnetEvent> {
    this.state = 'held';
    this.held.push(byte);
    const [option = 0, first] = this.held;
    if (this.held.length > 1 + this.options.longest(option, first)) yield* this.notACommand(this.held);
    else if (this.held.length === 1 && this.options.longest(option, undefined) === 0)
      yield* this.notACommand(this.held);
  }

  private *end(): Generator<TelnetEvent> {
    this.state = 'text';
    const [option, ...bytes] = this.held;
    if (option !== undefined) yield { kind: 'subnegotiation', option, bytes: Buffer.from(bytes) };
  }

  private *notACommand(bytes: readonly number[]): Generator<TelnetEvent> {
    this.state = 'text';
    yield { kind: 'violation' };
    if (bytes.length > 0) yield { kind: 'data', bytes: Uint8Array.from(bytes) };
  }
}
