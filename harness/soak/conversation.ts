import type { Socket as Peer } from 'node:net';

import { OSError, type Socket, type SocketFile } from '../../src/usocket';
import { SO_SNDBUF, SOL_SOCKET } from '../../src/usocket/contract/constants';
import { restAt, takeAt, until } from '../peers/peer';
import { within } from '../time/limits';
import { digest, payload } from './payload';
import type { Read, Say, Step } from './randomProgram';
import { beginning, closeUnread, peerResets } from './roughEnds';

/** Seconds for a read that must find nothing. */
const soon = 0.01;
/** The most bytes that may be unread on either side, because a modem that pushes holds no sender back. */
const most = 60_000;
/** Bytes of each read after a flood. */
const readAtOnce = 2000;
/** Bytes of a socket's send buffer. */
const sendBuffer = 8192;

/**
 * A connected socket and its peer. It keeps what each side has sent and the other has not read, so the result of every step
 * is known. Steps and results go into the transcript; the borders of chunks do not.
 */
export class Conversation {
  private readonly file: SocketFile;
  /** Sent by the peer and not read yet. */
  private unread: Buffer = Buffer.alloc(0);
  /** Sent to the peer and not read yet. */
  private unheard: Buffer = Buffer.alloc(0);
  private peerHasClosed = false;
  private isClosed = false;

  constructor(
    private readonly socket: Socket,
    private readonly peer: Peer,
    private readonly note: (line: string) => void,
  ) {
    this.file = socket.makefile('rwb');
  }

  /** Runs all steps, then closes. */
  async run(steps: readonly Step[], on: (step: Step) => void): Promise<void> {
    for (const step of [...steps, { do: 'close' } as const]) {
      on(step);
      await this.take(step);
    }
  }

  private async take(step: Step): Promise<void> {
    if (this.isClosed) return;
    switch (step.do) {
      case 'say':
        if (this.mayNotSay(step.size)) return;
        return this.say(payload(step.size, step.salt), step.how, step.blocking);
      case 'join':
        if (this.mayNotSay(0)) return;
        return this.join(step.sizes.map((size, index) => payload(size, step.salt + index)));
      case 'peer says':
        if (this.peerHasClosed || this.unread.length > most) return;
        this.peerSays(payload(step.size, step.salt));
        return;
      case 'peer floods':
        if (this.peerHasClosed || this.unread.length > most) return;
        return this.flood(step);
      case 'rest':
        return rest(step.milliseconds);
      case 'read':
        return step.blocking ? this.read(step.how, step.size) : this.readWhatIsThere(step.how, step.size);
      case 'read in turn':
        return this.readInTurn(step.sizes);
      case 'abandon a read':
        // At the end of the stream, a read returns what is there.
        if (this.peerHasClosed) return;
        // A read of more bytes than there are. If it were still pending, it would take the next ones.
        this.socket
          .read$(this.unread.length + step.size)
          .subscribe({ error: () => undefined })
          .unsubscribe();
        return;
      case 'both at once':
        if (this.mayNotSay(step.up)) return;
        return this.bothAtOnce(payload(step.up, step.salt), payload(step.down, step.salt + 1));
      case 'find nothing':
        return this.findNothing(step.how, step.blocking);
      case 'peer hears':
        return this.peerHears();
      case 'peer closes':
        if (this.peerHasClosed) return;
        this.peerSays(payload(step.last, step.salt));
        this.peer.end();
        this.peerHasClosed = true;
        return;
      case 'peer resets':
        if (this.peerHasClosed) return;
        this.peerSays(payload(step.last, step.salt));
        this.isClosed = true;
        this.note(`the peer resets: ${beginning(await peerResets(this.peer, this.socket), this.unread)}`);
        return;
      case 'close':
        return this.close();
      case 'close unread':
        this.isClosed = true;
        this.note(`close unread: ${beginning(await closeUnread(this.peer, this.socket), this.unheard)}`);
        return;
    }
  }

  /** When the peer closes, the modem closes as well. Other interfaces do not, so a program must not send then. */
  private mayNotSay(size: number): boolean {
    return this.peerHasClosed || this.unheard.length + size > most;
  }

  private async say(bytes: Buffer, how: Say, blocking: boolean): Promise<void> {
    this.unheard = Buffer.concat([this.unheard, bytes]);
    if (!blocking) return this.sayWhatFits(bytes, how);
    let said = 0;
    // Only `send` may take less than all.
    while (said < bytes.length) said += await this.call(how, bytes.subarray(said));
    this.note(`${how} ${digest(bytes)}: ${said}`);
  }

  private async call(how: Say, bytes: Buffer): Promise<number> {
    switch (how) {
      case 'send':
        return this.socket.send(bytes);
      case 'sendall':
        await this.socket.sendall(bytes);
        return bytes.length;
      case 'write':
        return (await this.socket.write(bytes)) ?? 0;
      case 'file':
        return (await this.file.write(bytes)) ?? 0;
    }
  }

  private async sayWhatFits(bytes: Buffer, how: Say): Promise<void> {
    let said = 0;
    this.socket.setblocking(false);
    while (said < bytes.length) {
      await until(this.socket.readiness$, ({ writable }) => writable);
      // `sendall` is not defined on a non-blocking socket.
      const count = await this.call(how === 'sendall' ? 'send' : how, bytes.subarray(said));
      if (count === 0) throw new Error(`non-blocking ${how} took nothing, and the socket was writable`);
      said += count;
    }
    await this.delivered();
    this.socket.setblocking(true);
    // How much fits at a time depends on the speed of the interface.
    this.note(`non-blocking ${how} ${digest(bytes)}: ${said}`);
  }

  /** Waits until the send buffer is empty: a buffer of 1 byte is full while it holds anything. */
  private async delivered(): Promise<void> {
    await this.socket.setsockopt(SOL_SOCKET, SO_SNDBUF, 1);
    await until(this.socket.readiness$, ({ writable }) => writable);
    await this.socket.setsockopt(SOL_SOCKET, SO_SNDBUF, sendBuffer);
  }

  private async join(pieces: readonly Buffer[]): Promise<void> {
    this.unheard = Buffer.concat([this.unheard, ...pieces]);
    const counts = await Promise.all(pieces.map((piece) => this.socket.write(piece)));
    this.note(`join ${digest(Buffer.concat(pieces))}: ${counts.join(', ')}`);
  }

  private peerSays(bytes: Buffer): void {
    this.peer.write(bytes);
    this.unread = Buffer.concat([this.unread, bytes]);
  }

  /** More than the socket holds; and then little by little, so that the socket keeps up. */
  private async flood({ size, salt, pause, pieces, how }: Extract<Step, { do: 'peer floods' }>): Promise<void> {
    this.peerSays(payload(size, salt));
    for (const [index, piece] of pieces.entries()) {
      await rest(pause);
      // A read of more than the socket holds would count as room for that much.
      while (this.unread.length > 0) await this.read(how, readAtOnce);
      this.peerSays(payload(piece, salt + index));
    }
  }

  private async read(how: Read, size: number): Promise<void> {
    const isOver = this.peerHasClosed && this.unread.length === 0;
    const length = how === 'readline' ? this.lineLength() : Math.min(size, this.unread.length);
    if (length === 0 && !isOver) return;
    const fetch = (left: number): Promise<Buffer | null> => this.fetch(how, left);
    // Only `recv` and `recvfrom` may return less than asked for. At the end of the stream all return nothing.
    const isShort = how.startsWith('recv') && !isOver;
    const got = await (isShort ? this.gather(length, fetch) : fetch(isOver ? size : length));
    this.took(how, got, length);
  }

  private async readWhatIsThere(how: Read, size: number): Promise<void> {
    const length = how === 'readline' ? this.lineLength() : Math.min(size, this.unread.length);
    this.socket.setblocking(false);
    const got = await this.gather(length, async (left) => {
      await until(this.socket.readiness$, ({ readable }) => readable);
      return this.fetch(how, left);
    });
    this.socket.setblocking(true);
    this.took(`non-blocking ${how}`, got, length);
  }

  private async readInTurn(sizes: readonly number[]): Promise<void> {
    let end = 0;
    const fitting = sizes.filter((size) => (end += size) <= this.unread.length);
    const parts = await Promise.all(fitting.map((size) => this.socket.read(size)));
    for (const [index, part] of parts.entries()) this.took('read in turn', part, fitting[index] ?? 0);
  }

  /** Reads until it has `length` bytes, or a read returns none. */
  private async gather(length: number, read: (left: number) => Promise<Buffer | null>): Promise<Buffer> {
    const parts: Buffer[] = [];
    for (let left = length; left > 0;) {
      const part = await read(left);
      if (!part?.length) break;
      parts.push(part);
      left -= part.length;
    }
    return Buffer.concat(parts);
  }

  private async fetch(how: Read, size: number): Promise<Buffer | null> {
    switch (how) {
      case 'recv':
        return this.socket.recv(size);
      case 'recvfrom':
        return (await this.socket.recvfrom(size))[0];
      case 'read':
        return this.socket.read(size);
      case 'readinto': {
        const target = Buffer.alloc(size);
        const count = await this.socket.readinto(target);
        return count === null ? null : target.subarray(0, count);
      }
      case 'readline':
        return this.socket.readline();
      case 'file':
        return this.file.read(size);
    }
  }

  /** The length of the first line; 0 if it is not whole. */
  private lineLength(): number {
    return this.unread.indexOf('\n') + 1 || (this.peerHasClosed ? this.unread.length : 0);
  }

  private took(how: string, got: Buffer | null, length: number): void {
    const expected = this.unread.subarray(0, length);
    this.unread = this.unread.subarray(length);
    if (got?.equals(expected)) this.note(`${how} ${digest(expected)}`);
    else throw new Error(`${how} gave ${got ? digest(got) : 'nothing'}, and the peer said ${digest(expected)}`);
  }

  private async bothAtOnce(up: Buffer, down: Buffer): Promise<void> {
    await this.peerHears();
    this.unheard = up;
    this.peerSays(down);
    const { length } = this.unread;
    const [got] = await Promise.all([this.socket.read(length), this.socket.sendall(up), this.peerHears()]);
    this.took('both at once', got, length);
  }

  private async findNothing(how: Read, blocking: boolean): Promise<void> {
    const isThere = how === 'readline' ? this.lineLength() > 0 : how.startsWith('recv') && this.unread.length > 0;
    if (this.peerHasClosed || (blocking ? isThere : this.unread.length > 0)) return;
    this.socket.settimeout(blocking ? soon : 0);
    // A read of one byte more than there are times out, and takes nothing.
    const result = await this.fetch(how, this.unread.length + 1).then((got) => (got ? digest(got) : 'null'), codeOf);
    this.socket.settimeout(null);
    this.note(`${blocking ? 'timed' : 'non-blocking'} ${how} of nothing: ${result}`);
  }

  private async peerHears(): Promise<void> {
    const { unheard } = this;
    if (unheard.length === 0) return;
    this.unheard = Buffer.alloc(0);
    const heard = await takeAt(this.peer, unheard.length);
    if (!heard.equals(unheard)) throw new Error(`the peer heard ${digest(heard)} of ${digest(unheard)}`);
    this.note(`the peer hears ${digest(heard)}`);
  }

  private async close(): Promise<void> {
    // A modem resets a connection that is closed with unread bytes, and then the peer may lose what it has not read.
    await this.read('read', Infinity);
    const rest = restAt(this.peer).finally(() => this.peer.end());
    this.isClosed = true;
    const [heard] = await Promise.all([rest, this.socket.close()]);
    if (!heard.equals(this.unheard)) throw new Error(`the peer heard ${digest(heard)} of ${digest(this.unheard)}`);
    this.note(`close: the peer hears ${digest(heard)}; then ${await this.socket.recv(1).then(String, codeOf)}`);
  }
}

/** The code of an `OSError`. Throws any other error again. */
export function codeOf(error: unknown): string {
  if (error instanceof OSError) return error.code;
  throw error;
}

/** Lets some milliseconds pass without a step. */
function rest(milliseconds: number): Promise<void> {
  return within(milliseconds, new Promise(() => undefined), () => undefined);
}
