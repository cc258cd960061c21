import type { Socket } from 'node:net';

/** A request of the client: `['WILL', 44]`, or `['SET', code, …value]`. */
export type Asked = readonly (string | number)[];

export interface TelnetPeerOptions {
  /** The answer to `verb option`; no answer for `undefined`. Default: agrees to everything. */
  readonly negotiate?: (verb: number, option: number) => readonly number[];
  /** The value that it confirms for a COM-PORT command; no answer for `undefined`. Default: the requested one. */
  readonly confirm?: (code: number, value: readonly number[]) => readonly number[] | undefined;
}

const [IAC, SB, SE, WILL, WONT, DO, DONT] = [255, 250, 240, 251, 252, 253, 254] as const;
const names = new Map<number, string>([
  [WILL, 'WILL'],
  [WONT, 'WONT'],
  [DO, 'DO'],
  [DONT, 'DONT'],
]);

/** A serial server of RFC 2217. It is written after the RFC and shares no code with the client. */
export class TelnetPeer {
  readonly asked: Asked[] = [];
  /** The data received. */
  readonly data: number[] = [];
  private rest: number[] = [];
  private onData: () => void = () => undefined;

  constructor(
    readonly socket: Socket,
    private readonly options: TelnetPeerOptions = {},
  ) {
    socket.on('data', (chunk: Buffer) => {
      this.rest.push(...chunk);
      while (this.step());
      this.onData();
    });
    socket.resume();
  }

  /** Sends bytes as they are. */
  sendRaw(...bytes: readonly number[]): void {
    this.socket.write(Uint8Array.from(bytes));
  }

  /** Sends data, and doubles each byte 255. */
  send(bytes: Uint8Array): void {
    this.sendRaw(...Array.from(bytes).flatMap((byte) => (byte === IAC ? [IAC, IAC] : [byte])));
  }

  /** Waits until `length` bytes of data have arrived. Resolves with all data. */
  async received(length: number): Promise<Buffer> {
    while (this.data.length < length) await new Promise<void>((resolve) => (this.onData = resolve));
    return Buffer.from(this.data);
  }

  private step(): boolean {
    const [first, second, third] = this.rest;
    if (first === undefined) return false;
    if (first !== IAC) return this.take(1, () => this.data.push(first));
    if (second === undefined) return false;
    if (second === IAC) return this.take(2, () => this.data.push(IAC));
    if (second === SB) return this.subnegotiation();
    if (third === undefined) return false;
    return this.take(3, () => {
      this.asked.push([names.get(second) ?? second, third]);
      const agreement = second === WILL ? [IAC, DO, third] : second === DO ? [IAC, WILL, third] : [];
      this.sendRaw(...(this.options.negotiate?.(second, third) ?? agreement));
    });
  }

  private subnegotiation(): boolean {
    const bytes: number[] = [];
    for (let at = 2; at + 1 < this.rest.length; at++) {
      const byte = this.rest[at] ?? 0;
      if (byte === IAC && this.rest[at + 1] === SE) {
        return this.take(at + 2, () => this.command(bytes));
      }
      if (byte === IAC) at++;
      bytes.push(byte);
    }
    return false;
  }

  private command([option, code = 0, ...value]: readonly number[]): void {
    this.asked.push(['SET', code, ...value]);
    const { confirm = () => value } = this.options;
    const answer = confirm(code, value);
    if (option !== 44 || answer === undefined) return;
    this.sendRaw(IAC, SB, 44, code + 100, ...answer.flatMap((byte) => (byte === IAC ? [IAC, IAC] : [byte])), IAC, SE);
  }

  private take(count: number, then: () => unknown): boolean {
    this.rest.splice(0, count);
    then();
    return true;
  }
}
