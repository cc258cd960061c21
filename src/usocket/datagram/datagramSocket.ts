import { firstValueFrom, map, throwError } from 'rxjs';

import type { Address } from '../address';
import type { Sendable } from '../arguments';
import { OSError } from '../osError';
import type { OptionValue } from '../socketOption';
import { DatagramStreams } from './datagramStreams';

/**
 * A datagram socket with the methods of the socket document, as promises. Each is the first value of the observable of
 * the same name with a `$`: what it does, and how it fails, is told there.
 *
 *     const socket = usocket.socket(usocket.AF_INET, usocket.SOCK_DGRAM);
 *     await socket.sendto('hello', ['192.168.1.9', 5000]);
 *     const [data, sender] = await socket.recvfrom(1500);
 *     await socket.close();
 */
export class DatagramSocket extends DatagramStreams implements AsyncDisposable {
  bind(address: Address): Promise<void> {
    return firstValueFrom(this.bind$(address));
  }

  connect(address: Address): Promise<void> {
    return firstValueFrom(this.connect$(address));
  }

  send(data: Sendable): Promise<number> {
    return firstValueFrom(this.send$(data));
  }

  /** As {@link send}: a datagram goes whole, or not at all. */
  sendall(data: Sendable): Promise<void> {
    return firstValueFrom(this.send$(data).pipe(map(() => undefined)));
  }

  sendto(data: Sendable, address: Address): Promise<number> {
    return firstValueFrom(this.sendto$(data, address));
  }

  write(data: Sendable): Promise<number | null> {
    return firstValueFrom(this.write$(data));
  }

  recv(size: number): Promise<Buffer> {
    return firstValueFrom(this.recv$(size));
  }

  recvfrom(size: number): Promise<readonly [Buffer, Address]> {
    return firstValueFrom(this.recvfrom$(size));
  }

  read(size?: number): Promise<Buffer | null> {
    return firstValueFrom(this.read$(size));
  }

  readinto(target: Uint8Array, size?: number): Promise<number | null> {
    return firstValueFrom(this.readinto$(target, size));
  }

  setsockopt(level: number, option: number, value: OptionValue): Promise<void> {
    return firstValueFrom(this.setsockopt$(level, option, value));
  }

  close(): Promise<void> {
    return firstValueFrom(this.close$());
  }

  /** Fails with `EOPNOTSUPP`: lines are of streams. */
  readline(): Promise<never> {
    return ofStreamsOnly('readline');
  }

  /** Fails with `EOPNOTSUPP`: connections are of streams. */
  listen(): Promise<never> {
    return ofStreamsOnly('listen');
  }

  /** Fails with `EOPNOTSUPP`: connections are of streams. */
  accept(): Promise<never> {
    return ofStreamsOnly('accept');
  }

  /** `await using socket = usocket.socket(AF_INET, SOCK_DGRAM)` closes it at the end of the block. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

function ofStreamsOnly(syscall: string): Promise<never> {
  const message = `${syscall}: a datagram socket cannot do that; make a SOCK_STREAM socket`;
  return firstValueFrom(throwError(() => new OSError('EOPNOTSUPP', syscall, message)));
}
