import assert from 'node:assert/strict';
import {
  catchError,
  concat,
  concatMap,
  defer,
  delayWhen,
  EMPTY,
  endWith,
  ignoreElements,
  last,
  map,
  merge,
  type Observable,
  of,
  range,
  repeat,
  retry,
  Subject,
  take,
  takeUntil,
  tap,
  throwError,
  timer,
} from 'rxjs';

import type { Talk } from '../../../src/testing';
import { DatagramSocket, type Socket } from '../../../src/usocket';
import { OSError } from '../../../src/usocket/contract/osError';
import {
  clock,
  datagramSink,
  echo,
  headline,
  name,
  ponderer,
  report,
  reporter,
  sink,
  speech,
  talker,
  words,
} from './peers';
import type { World } from './world';

/** An operation of a program during which a fault strikes. */
export interface Operation {
  /** Its column in the table of docs/reliability.md. */
  readonly column: string;
  /** The most milliseconds that it takes if nothing goes wrong. */
  readonly takes: number;
  /** Milliseconds from its beginning to the fault, which strikes in its middle. */
  readonly strikeAfter: number;
  /** Does what comes before the operation, then emits the operation itself. Cold. */
  readonly prepare: (world: World) => Observable<Observable<unknown>>;
}

const size = 20_000;
const upload = Buffer.from(Array.from({ length: size }, (_, at) => at % 251));
const port = 8080;
/** Bytes of a receive buffer that is soon too full for data that are pushed. */
const smallBuffer = 9_000;

export const operations = {
  join: {
    column: 'join',
    takes: 6000,
    strikeAfter: 700,
    prepare: ({ modem: { nic } }) => nic.start$().pipe(map(() => nic.connect$('my-ssid', 'my-password'))),
  },
  resolve: {
    column: 'resolve',
    takes: 500,
    strikeAfter: 12,
    prepare: ({ modem: { online$, nic } }) => online$.pipe(map(() => nic.resolve(name))),
  },
  connect: {
    column: 'connect',
    takes: 500,
    strikeAfter: 5,
    prepare: ({ modem: { online$, socket } }) => online$.pipe(map(() => socket().connect$(echo))),
  },
  send: {
    column: 'send',
    takes: 3000,
    strikeAfter: 400,
    prepare: (world) =>
      connected(world, sink).pipe(
        map((socket) => checked(socket.sendall$(upload), world, () => Buffer.concat(world.sunk), upload)),
      ),
  },
  'recv, waiting': {
    column: 'recv',
    takes: 41000,
    strikeAfter: 500,
    prepare: (world) => reading(world, ponderer, Buffer.from(words.map(([, word]) => word).join(''))),
  },
  'recv, in a download': {
    column: 'recv',
    takes: 3000,
    strikeAfter: 400,
    prepare: (world) => reading(world, talker, speech),
  },
  'recv, at a switch to pulling': {
    column: 'recv, at a switch',
    takes: 2000,
    // The socket has received what it has room for, and the modem is told to hold the rest back.
    strikeAfter: 95,
    prepare: (world) => connected(world, talker, smallBuffer).pipe(map((socket) => readingLate(world, socket))),
  },
  'recv, at a switch to pushing': {
    column: 'recv, at a switch',
    takes: 2000,
    // The reader has caught up for long enough, and the modem is asked what waits, and told to push.
    strikeAfter: 50,
    prepare: (world) => caughtUp(world),
  },
  accept: {
    column: 'accept',
    takes: 9000,
    strikeAfter: 500,
    prepare: (world) => accepting(world),
  },
  close: {
    column: 'close',
    takes: 500,
    strikeAfter: 3,
    prepare: (world) => connected(world, echo).pipe(map((socket) => socket.close$())),
  },
  sendto: {
    column: 'sendto',
    takes: 2500,
    strikeAfter: 200,
    prepare: (world) =>
      bound(world).pipe(
        map((socket) => range(0, 20).pipe(concatMap(() => socket.sendto$(Buffer.alloc(400), datagramSink)))),
      ),
  },
  recvfrom: {
    column: 'recvfrom',
    takes: 6000,
    strikeAfter: 1_500,
    prepare: (world) =>
      bound(world).pipe(
        delayWhen((socket) => socket.sendto$('tell', clock)),
        map((socket) =>
          socket.recvfrom$(100).pipe(
            tap(([data]) => {
              world.received.push(data);
            }),
            repeat(5),
          ),
        ),
      ),
  },
  idle: {
    column: 'idle',
    takes: 1000,
    strikeAfter: 100,
    prepare: (world) => connected(world, ponderer).pipe(map(() => timer(1_000, world.scheduler))),
  },
} as const satisfies Readonly<Record<string, Operation>>;

export type OperationName = keyof typeof operations;

function connected(
  { modem: { online$, socket } }: World,
  address: readonly [string, number],
  receiveBuffer?: number,
): Observable<Socket> {
  return online$.pipe(
    concatMap(() => {
      const connecting = socket(receiveBuffer === undefined ? {} : { receiveBuffer });
      return connecting.connect$(address).pipe(map(() => connecting));
    }),
  );
}

function bound({ modem: { online$, nic }, scheduler }: World): Observable<DatagramSocket> {
  return online$.pipe(
    concatMap(() => {
      const socket = new DatagramSocket(nic, { scheduler });
      return socket.bind$(['0.0.0.0', 5_000]).pipe(map(() => socket));
    }),
  );
}

function reading(world: World, address: readonly [string, number], whole: Buffer): Observable<Observable<unknown>> {
  return connected(world, address).pipe(map((socket) => readingAll(world, socket, whole)));
}

function readingAll(world: World, socket: Socket, whole: Buffer): Observable<unknown> {
  const received$ = socket.data$.pipe(
    tap((data) => world.received.push(data)),
    ignoreElements(),
    endWith(undefined),
  );
  return checked(received$, world, () => Buffer.concat(world.received), whole);
}

/** Begins to read when the socket is full, and the modem has been told to hold data back. */
function readingLate(world: World, socket: Socket): Observable<unknown> {
  return concat(timer(800, world.scheduler), readingAll(world, socket, speech)).pipe(ignoreElements());
}

/** Reads late, so that data are pulled, and reads what has come. The operation is the rest. */
function caughtUp(world: World): Observable<Observable<unknown>> {
  return connected(world, reporter, smallBuffer).pipe(
    delayWhen(() => timer(500, world.scheduler)),
    concatMap((socket) =>
      socket.read$(headline).pipe(
        tap((data) => data && world.received.push(data)),
        map(() => readingAll(world, socket, report)),
      ),
    ),
  );
}

/** Lets the world check that what has arrived is a prefix of the whole, and all of it after a good end. */
function checked<T>(operation$: Observable<T>, world: World, got: () => Buffer, whole: Buffer): Observable<T> {
  world.check = (isWhole, mayFlip, mayInsert) => {
    const bytes = mayInsert ? Buffer.from(got().toString('latin1').replace(mayInsert, ''), 'latin1') : got();
    const expected = isWhole ? whole : whole.subarray(0, bytes.length);
    assert.equal(bytes.length, expected.length);
    assert.ok(bytes.filter((byte, at) => byte !== expected[at]).length <= mayFlip);
  };
  return operation$;
}

/** Accepts a client that connects again until it is served. */
function accepting(world: World): Observable<Observable<unknown>> {
  const { modem, scheduler } = world;
  const served = new Subject<void>();
  const talk: Talk = (received$) =>
    concat(
      of('hello'),
      merge(
        received$.pipe(
          tap(() => served.next()),
          delayWhen(() => timer(1_000, scheduler)),
        ),
        timer(5_000, scheduler),
      ).pipe(take(1), ignoreElements()),
    );
  const client$ = defer(() => {
    if (world.state.wifi === 'joined') modem.connectClient(port, talk);
    return EMPTY;
  }).pipe(catchError(() => EMPTY));
  const clients$ = concat(timer(1_000, scheduler).pipe(ignoreElements()), client$, timer(6_000, scheduler)).pipe(
    ignoreElements(),
    repeat(),
    takeUntil(served),
  );
  const server = modem.socket();
  const serve = (client: Socket) =>
    concat(client.recv$(5), client.sendall$('welcome'), client.close$()).pipe(
      last(),
      // The client may have gone. Another one comes.
      catchError(() => client.close$().pipe(ignoreElements())),
    );
  return modem.online$.pipe(
    concatMap(() => server.bind$(['0.0.0.0', port])),
    concatMap(() => server.listen$()),
    map(() => {
      const accepted$ = server.accept$().pipe(
        concatMap(([client]) => serve(client)),
        repeat(),
      );
      return merge(clients$, accepted$).pipe(take(1));
    }),
  );
}

/** Connects, uses and closes a new socket, and retries after a pause until that works. Repeats a join that has failed. */
export function newSocketWorks({ modem: { socket, nic }, scheduler }: World, wasJoined: boolean): Observable<unknown> {
  let isJoined = wasJoined;
  return defer(() => {
    const fresh = socket();
    const answered$ = fresh.read$(4).pipe(
      tap((bytes) => {
        assert.equal(String(bytes), 'ping');
      }),
    );
    const joined$ = isJoined ? EMPTY : nic.connect$('my-ssid', 'my-password').pipe(tap(() => (isJoined = true)));
    return concat(joined$, fresh.connect$(echo), fresh.sendall$('ping'), answered$, fresh.close$()).pipe(
      catchError((error: unknown) =>
        concat(
          fresh.close$().pipe(ignoreElements()),
          throwError(() => error),
        ),
      ),
    );
  }).pipe(
    retry({
      delay: (error: unknown) => (error instanceof OSError ? timer(2_000, scheduler) : throwError(() => error)),
    }),
    ignoreElements(),
  );
}
