import { Agent, type ClientRequest, type ClientRequestArgs } from 'node:http';
import type { Socket } from 'node:net';
import { concatMap, finalize, fromEvent, noop, Observable, takeUntil, timer } from 'rxjs';

import { connect, type NicConnectOptions } from '../sockets/connect';
import { type NicSocket, yieldWhenIdle } from '../sockets/nicSocket';
import { inNextTurn, nodeTime } from '../native/nodeTime';
import type { LinkOptions } from '../links/openHandle';

/** As many connections as a modem has links. */
export const linksOfModem = 5;

/**
 * How long a connection rests after an answer, in milliseconds. A server that ends the connection after its answer is heard
 * by then, so that no request is lost on it.
 */
const rest = 15;

/** Cold. Emits in the next turn of the event loop. */
const nextTurn$ = new Observable<void>((subscriber) => {
  inNextTurn(() => {
    subscriber.next();
    subscriber.complete();
  });
});

/** Cold. After a time in which the program was busy, the end of the connection may come in the same turn of the event loop. */
const rested$ = timer(rest, nodeTime).pipe(concatMap(() => nextTurn$));

/** The part of the options of a request that says where it goes. */
type Target = Pick<ClientRequestArgs, 'host' | 'port'>;

/** What an agent of Node.js does with a request, and does not show in its types. */
type AddRequest = (this: Agent, request: ClientRequest, options: object) => void;

const { addRequest } = Agent.prototype as unknown as { readonly addRequest: AddRequest };

/** What the agents for HTTP and HTTPS have in common: how they use the few links of an interface. */
export class AgentLinks {
  /** How many connections rest, by their hosts. */
  private readonly resting = new Map<string, number>();

  constructor(
    private readonly agent: Agent,
    private readonly options: LinkOptions,
  ) {}

  /** Makes a connection. It is given up when it is idle and another one needs its link. */
  connect(options: object): NicSocket {
    const socket = connect({ ...options, ...this.options } as NicConnectOptions);
    yieldWhenIdle(socket, socket);
    return socket;
  }

  /** Lets a connection rest after an answer, and then hands it over. */
  rest(socket: Socket, options: Target, handOver: () => void): void {
    const fail = () => void socket.destroy();
    socket.on('error', fail);
    this.count(options, 1);
    rested$
      .pipe(
        takeUntil(fromEvent(socket, 'close')),
        finalize(() => this.count(options, -1)),
      )
      .subscribe({
        next: () => {
          if (socket.writable) {
            socket.off('error', fail);
            handOver();
          } else {
            // It has been ended, so no request can go out on it.
            socket.destroy();
          }
          this.makeRoom();
        },
        // 'close' never errors.
        error: noop,
      });
  }

  /** Adds a request. If a connection to its host rests, the request waits for that instead of opening another one. */
  add(request: ClientRequest, options: Target): void {
    if (!this.resting.has(hostOf(options))) this.addNow(request, options);
    else rested$.subscribe({ next: () => this.addNow(request, options), error: noop });
  }

  private addNow(request: ClientRequest, options: object): void {
    addRequest.call(this.agent, request, options);
    this.makeRoom();
  }

  /** A request that waits while all connections are kept for other hosts gets one of them. */
  private makeRoom(): void {
    const { requests, freeSockets, maxTotalSockets } = this.agent;
    const { totalSocketCount } = this.agent as unknown as { readonly totalSocketCount: number };
    const isWaiting = Object.values(requests).some((waiting) => waiting !== undefined && waiting.length > 0);
    if (!isWaiting || totalSocketCount < maxTotalSockets) return;
    const [oldest] = Object.values(freeSockets).flatMap((sockets) => sockets ?? []);
    oldest?.destroy();
  }

  private count(options: Target, change: 1 | -1): void {
    const name = hostOf(options);
    const count = (this.resting.get(name) ?? 0) + change;
    if (count > 0) this.resting.set(name, count);
    else this.resting.delete(name);
  }
}

function hostOf({ host, port }: Target): string {
  return `${host ?? ''}:${port ?? ''}`;
}
