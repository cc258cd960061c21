import type { Address, DatagramSocket } from '../../src/usocket';
import type { RunningInterface } from '../interfaces/interfaces';
import { until } from '../peers/peer';
import { type UdpPeer, udpPeer } from '../peers/udpPeer';
import { codeOf } from './conversation';
import { digest, payload } from './payload';
import type { DatagramStep, Progress, Take } from './randomProgram';

/** Seconds for a read that must find nothing. */
const soon = 0.01;

/** Exchanges datagrams with two peers, step by step. */
export async function correspond(
  steps: readonly DatagramStep[],
  { usocket }: RunningInterface,
  progress: Progress,
): Promise<void> {
  progress.at = 'first datagram';
  await using one = await udpPeer();
  await using other = await udpPeer();
  await using socket = usocket.socket(usocket.AF_INET, usocket.SOCK_DGRAM);
  await socket.sendto('first', one.address);
  const { data, from } = await one.next();
  progress.lines.push(`first datagram: ${String(data)}`);
  const correspondence = new Correspondence(socket, from, [one, other]);
  for (const step of steps) {
    progress.at = step;
    progress.lines.push(await correspondence.take(step));
  }
}

/** A datagram socket that two peers know. */
class Correspondence {
  /** The peer that the socket is connected to. Datagrams of others are dropped. */
  private partner: 0 | 1 | undefined;

  constructor(
    private readonly socket: DatagramSocket,
    private readonly port: number,
    private readonly peers: readonly [UdpPeer, UdpPeer],
  ) {}

  async take(step: DatagramStep): Promise<string> {
    switch (step.do) {
      case 'sendto':
        return this.sendto(step.to, payload(step.size, step.salt), step.blocking);
      case 'peer sends':
        return this.hear(step);
      case 'connect':
        await this.socket.connect(this.peers[step.to].address);
        this.partner = step.to;
        return `connect to peer ${step.to}`;
      case 'find nothing': {
        this.socket.settimeout(step.blocking ? soon : 0);
        const found = await this.fetch(step.how, 100).then((got) => (got ? digest(got[0]) : 'null'), codeOf);
        this.socket.settimeout(null);
        return `${step.blocking ? 'timed' : 'non-blocking'} ${step.how} of nothing: ${found}`;
      }
    }
  }

  private async sendto(to: 0 | 1, bytes: Buffer, blocking: boolean): Promise<string> {
    const isPartner = this.partner === to;
    if (!blocking) {
      await until(this.socket.readiness$, ({ writable }) => writable);
      this.socket.setblocking(false);
    }
    const count = await (isPartner ? this.socket.send(bytes) : this.socket.sendto(bytes, this.peers[to].address));
    this.socket.setblocking(true);
    const { data, from } = await this.peers[to].next();
    if (from !== this.port) throw new Error(`a datagram came from port ${from}, and the first one from ${this.port}`);
    if (!data.equals(bytes)) throw new Error(`peer ${to} heard ${digest(data)} of ${digest(bytes)}`);
    return `${isPartner ? 'send' : 'sendto'} peer ${to} ${digest(bytes)}: ${count}`;
  }

  private async hear({ from, sizes, salt, how, most }: Extract<DatagramStep, { do: 'peer sends' }>): Promise<string> {
    const sender = this.partner ?? from;
    const sent = sizes.map((size, index) => payload(size, salt + index));
    const heard: string[] = [];
    // A connected socket must not receive the datagram of the other peer.
    if (sender !== from) await this.peers[from].send('from a stranger', this.port);
    for (const bytes of sent) await this.peers[sender].send(bytes, this.port);
    for (const bytes of sent) {
      const [got, address] = (await this.fetch(how, most)) ?? [Buffer.alloc(0)];
      const expected = bytes.subarray(0, most);
      if (!got.equals(expected)) throw new Error(`${how} gave ${digest(got)}, and the peer sent ${digest(expected)}`);
      const [, port] = this.peers[sender].address;
      if (address && Array.isArray(address) && address[1] !== port) throw new Error(`sender ${String(address)}`);
      heard.push(digest(got));
    }
    return `${how} from peer ${sender}: ${heard.join(', ')}`;
  }

  private async fetch(how: Take, size: number): Promise<readonly [Buffer, Address?] | null> {
    switch (how) {
      case 'recv':
        return [await this.socket.recv(size)];
      case 'recvfrom':
        return this.socket.recvfrom(size);
      case 'read': {
        const got = await this.socket.read(size);
        return got && [got];
      }
      case 'readinto': {
        const target = Buffer.alloc(size);
        const count = await this.socket.readinto(target);
        return count === null ? null : [target.subarray(0, count)];
      }
    }
  }
}
