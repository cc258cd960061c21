import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';
import { concat, defer, EMPTY, map, type Observable, of } from 'rxjs';
import type { RunHelpers, TestScheduler } from 'rxjs/testing';

import { code } from '../../../harness/modems/stage';
import { marbles } from '../../../harness/time/marbles';
import { Call } from '../../../src/usocket/calls/call';
import { Operations } from '../../../src/usocket/calls/operations';
import type { Endpoint, Listener, ListenOptions, Nic, StreamLink } from '../../../src/usocket/contract/nic';
import { Connection } from '../../../src/usocket/stream/connection';
import { ListenCalls } from '../../../src/usocket/stream/listenCalls';

const states = { n: false, y: true };
const done = map(() => 'd');

interface Port {
  /** How long the interface takes to listen, and how it fails. Default: no time. */
  readonly listening?: Observable<unknown>;
  /** The clients that connect, by name. Default: none. */
  readonly clients?: Observable<string>;
  /** How long it takes to free the port. Default: no time. */
  readonly freeing?: Observable<never>;
}

/** The calls of a socket on an interface whose sockets are the names of the clients. */
function callsOn({ cold }: Pick<RunHelpers, 'cold'>, scheduler: TestScheduler, port: Port = {}) {
  const { listening = of(0), clients = cold('-'), freeing = EMPTY } = port;
  const asked: (readonly [Endpoint, ListenOptions | undefined])[] = [];
  const closed: string[] = [];
  const nic: Partial<Nic> = {
    name: 'the modem',
    listen: (local, options) => {
      asked.push([local, options]);
      const listener: Listener = {
        local: { address: '192.168.4.1', port: local.port },
        connections$: clients.pipe(map((address) => ({ remote: { address, port: 1 } }) as StreamLink)),
        close: () => freeing,
      };
      return listening.pipe(map(() => listener));
    },
    checkSettings: () => EMPTY,
  };
  const operations = new Operations(scheduler);
  const connection = new Connection(100, nic as Nic, operations, scheduler);
  const calls = new ListenCalls(nic as Nic, connection, operations, ({ remote }) => ({
    name: remote.address,
    close$: () => defer(() => of(closed.push(remote.address))),
  }));
  const accept = () => calls.accept().pipe(map(({ name }) => name));
  /** Binds to a port, and listens on it. */
  const serve = () => concat(calls.bind(['0.0.0.0', 80]), calls.listen()).pipe(map(() => 'd'));
  return { calls, connection, operations, asked, closed, accept, serve };
}

describe('ListenCalls.bind', () => {
  it(
    'keeps the address for the interface, without asking it',
    marbles((helpers, scheduler) => {
      const { calls, asked } = callsOn(helpers, scheduler);
      const bind$ = calls.bind(['', 80]);
      assert.equal(calls.address, undefined);
      helpers.expectObservable(bind$.pipe(done)).toBe('(d|)');
      helpers.flush();
      assert.deepStrictEqual([calls.address, asked], [{ address: '0.0.0.0', port: 80 }, []]);
    }),
  );

  it(
    'is EINVAL for a bad address, and for a second one',
    marbles((helpers, scheduler) => {
      const { calls } = callsOn(helpers, scheduler);
      const { expectObservable } = helpers;
      expectObservable(calls.bind(['a name', 80]).pipe(code())).toBe('      #', {}, 'EINVAL');
      expectObservable(calls.bind(['0.0.0.0', 80]).pipe(done)).toBe('       (d|)');
      expectObservable(calls.bind(['0.0.0.0', 81]).pipe(code()), '-^').toBe('-#', {}, 'EINVAL');
    }),
  );

  it.each(['connecting', 'connected', 'listening', 'closed'] as const)('is EINVAL for a socket that is %s', (phase) => {
    marbles((helpers, scheduler) => {
      const { calls, connection } = callsOn(helpers, scheduler);
      connection.enter(phase);
      helpers.expectObservable(calls.bind(['0.0.0.0', 80]).pipe(code())).toBe('#', {}, 'EINVAL');
    })();
  });
});

describe('ListenCalls.listen', () => {
  it(
    'asks the interface for the port, and has its address and its clients then',
    marbles((helpers, scheduler) => {
      const { cold, expectObservable, expectSubscriptions, flush } = helpers;
      const listening = cold('    ---(a|)');
      const clients = cold('         -a-');
      const { calls, connection, asked, serve } = callsOn(helpers, scheduler, { listening, clients });
      const seen$ = cold('        --a--a').pipe(map(() => [connection.phase, calls.address?.address, calls.waiting]));
      expectObservable(serve()).toBe('d--(d|)');
      expectObservable(seen$).toBe('--u--l', {
        u: ['unconnected', '0.0.0.0', undefined],
        l: ['listening', '192.168.4.1', 1],
      });
      expectSubscriptions(listening.subscriptions).toBe('^--!');
      expectSubscriptions(clients.subscriptions).toBe('  ---^');
      flush();
      assert.deepStrictEqual(asked, [[{ address: '0.0.0.0', port: 80 }, {}]]);
    }),
  );

  it.each([
    [3, 3],
    [-1, 0],
  ])('asks for a backlog of %i as %i', (given, backlog) => {
    marbles((helpers, scheduler) => {
      const { calls, asked } = callsOn(helpers, scheduler);
      calls.bind(['0.0.0.0', 80]).subscribe();
      helpers.expectObservable(calls.listen(given).pipe(done)).toBe('(d|)');
      helpers.flush();
      assert.deepStrictEqual(asked, [[{ address: '0.0.0.0', port: 80 }, { backlog }]]);
    })();
  });

  it(
    'needs an address, no settings of a connection, and a socket that does nothing else',
    marbles((helpers, scheduler) => {
      const { expectObservable, flush } = helpers;
      const unbound = callsOn(helpers, scheduler);
      const [set, twice] = [callsOn(helpers, scheduler), callsOn(helpers, scheduler)];
      const { settings } = set.connection;
      settings
        .change({ name: 'TCP_NODELAY', on: true }, { checkSettings: () => EMPTY } as Partial<Nic> as Nic, undefined)
        .subscribe();
      expectObservable(unbound.calls.listen().pipe(code())).toBe('#', {}, 'EDESTADDRREQ');
      expectObservable(set.serve().pipe(code())).toBe('           (d#)', { d: 'd' }, 'EINVAL');
      expectObservable(twice.serve()).toBe('                      (dd|)');
      expectObservable(twice.calls.listen().pipe(code()), '-^').toBe('-#', {}, 'EINVAL');
      flush();
      assert.deepStrictEqual(
        [unbound, set, twice].map(({ asked }) => asked.length),
        [0, 0, 1],
      );
    }),
  );

  it(
    'is the only thing that the socket does until the interface has answered',
    marbles((helpers, scheduler) => {
      const { cold, expectObservable, expectSubscriptions } = helpers;
      const listening = cold('---(a|)');
      const { calls, serve } = callsOn(helpers, scheduler, { listening });
      const connectable$ = defer(() => {
        calls.checkConnectable(new Call('connect'));
        return EMPTY;
      });
      expectObservable(serve()).toBe('                      d--(d|)');
      expectObservable(calls.listen().pipe(code()), '-^').toBe('-#', {}, 'EINVAL');
      expectObservable(connectable$.pipe(code()), '-^').toBe(' -#', {}, 'EISCONN');
      expectSubscriptions(listening.subscriptions).toBe('      ^--!');
    }),
  );

  it(
    'can be tried again after the interface has refused, and after it was given up',
    marbles((helpers, scheduler) => {
      const { cold, expectObservable } = helpers;
      const refusing = callsOn(helpers, scheduler, { listening: cold('-#') });
      const slow = callsOn(helpers, scheduler, { listening: cold('---(a|)') });
      for (const { calls } of [refusing, slow]) calls.bind(['0.0.0.0', 80]).subscribe();
      expectObservable(refusing.calls.listen()).toBe('                      -#');
      expectObservable(refusing.calls.listen(), '--^').toBe('               ---#');
      expectObservable(slow.calls.listen().pipe(done), '^!').toBe('         --');
      expectObservable(slow.calls.listen().pipe(done), '--^').toBe('       -----(d|)');
    }),
  );

  it(
    'takes no longer than settimeout allows, but waits for the interface if the socket is non-blocking',
    marbles((helpers, scheduler) => {
      const { cold, expectObservable, expectSubscriptions } = helpers;
      const listening = cold(' 3s (a|)');
      const { calls, operations } = callsOn(helpers, scheduler, { listening });
      calls.bind(['0.0.0.0', 80]).subscribe();
      operations.limits.timeout = 2;
      expectObservable(calls.listen().pipe(code())).toBe('2s #', {}, 'ETIMEDOUT');
      expectSubscriptions(listening.subscriptions).toBe(['^ 1999ms !', '2s - ^ 2999ms !']);
      const patient$ = defer(() => {
        operations.limits.timeout = 0;
        return calls.listen();
      });
      expectObservable(patient$.pipe(done), '2s -^').toBe('2s - 3s (d|)');
    }),
  );

  it(
    'frees the port if the socket is closed before the interface has answered',
    marbles((helpers, scheduler) => {
      const { cold, expectObservable, expectSubscriptions } = helpers;
      const listening = cold('                    -----(a|)');
      const { calls, operations, serve } = callsOn(helpers, scheduler, { listening });
      cold('--a').subscribe(() => operations.close());
      expectObservable(serve().pipe(code())).toBe('d-#', { d: 'd' }, 'EBADF');
      expectSubscriptions(listening.subscriptions).toBe('^-!');
      helpers.flush();
      assert.equal(calls.close(), undefined);
    }),
  );
});

describe('ListenCalls.accept', () => {
  it(
    'gives the clients to the calls, in the order of both',
    marbles((helpers, scheduler) => {
      const { cold, expectObservable, expectSubscriptions } = helpers;
      const clients = cold('                -a-b---c--');
      const { accept, serve } = callsOn(helpers, scheduler, { clients });
      serve().subscribe();
      expectObservable(accept()).toBe('     -(a|)');
      expectObservable(accept()).toBe('     ---(b|)');
      expectObservable(accept(), '^----!').toBe('--');
      expectObservable(accept()).toBe('     -------(c|)');
      expectSubscriptions(clients.subscriptions).toBe('^');
    }),
  );

  it(
    'is EINVAL for a socket that does not listen',
    marbles((helpers, scheduler) => {
      const { accept, calls } = callsOn(helpers, scheduler);
      helpers.expectObservable(accept().pipe(code())).toBe('            #', {}, 'EINVAL');
      helpers.expectObservable(calls.connections$.pipe(code())).toBe('  #', {}, 'EINVAL');
    }),
  );

  it(
    'waits for the time of the socket, and not at all if it is non-blocking',
    marbles((helpers, scheduler) => {
      const { cold, expectObservable } = helpers;
      const { accept, operations, serve } = callsOn(helpers, scheduler, { clients: cold('3s a') });
      serve().subscribe();
      const acceptWithin = (seconds: number | null) =>
        defer(() => {
          operations.limits.timeout = seconds;
          return accept();
        }).pipe(code());
      expectObservable(acceptWithin(2)).toBe('             2s #', {}, 'ETIMEDOUT');
      expectObservable(acceptWithin(0), '2500ms ^').toBe(' 2500ms #', {}, 'EAGAIN');
      expectObservable(acceptWithin(0), '3001ms ^').toBe(' 3001ms (a|)');
    }),
  );

  it(
    'shows while a client waits that a call would accept it, also to those who asked before the socket listened',
    marbles((helpers, scheduler) => {
      const { cold, expectObservable } = helpers;
      const { accept, calls, serve } = callsOn(helpers, scheduler, { listening: cold('--(a|)'), clients: cold('-a') });
      serve().subscribe();
      const seen$ = cold('                             -a--a-a').pipe(map(() => calls.waiting));
      expectObservable(calls.acceptable$).toBe('        n--y-n', states);
      expectObservable(calls.acceptable$, '----^').toBe(' ----yn', states);
      expectObservable(accept(), '-----^').toBe('       -----(a|)');
      expectObservable(seen$).toBe('                   -u--o-z', { u: undefined, o: 1, z: 0 });
    }),
  );
});

describe('ListenCalls.connections$', () => {
  it(
    'takes its turns with accept, until the socket is closed',
    marbles((helpers, scheduler) => {
      const { cold, expectObservable } = helpers;
      const { accept, calls, operations, serve } = callsOn(helpers, scheduler, { clients: cold('a-b-c-d--e') });
      serve().subscribe();
      cold('--------x').subscribe(() => operations.close());
      expectObservable(calls.connections$.pipe(map(({ name }) => name)), '-^').toBe('-ab-c---|');
      expectObservable(accept(), '---^').toBe('------(d|)');
    }),
  );
});

describe('ListenCalls.checkConnectable', () => {
  it.each([
    ['anything', undefined, undefined],
    ['any address and port', ['0.0.0.0', 0], undefined],
    ['a port of its own', ['0.0.0.0', 80], 'EADDRNOTAVAIL'],
    ['an address of its own', ['192.168.4.1', 0], 'EADDRNOTAVAIL'],
  ] as const)('lets a socket that is bound to %s connect, or says why not', (_, address, expected) => {
    marbles((helpers, scheduler) => {
      const { calls } = callsOn(helpers, scheduler);
      if (address) calls.bind(address).subscribe();
      const check = () => calls.checkConnectable(new Call('connect'));
      if (expected) assert.throws(check, { code: expected });
      else check();
    })();
  });

  it(
    'is EISCONN for a socket that listens',
    marbles((helpers, scheduler) => {
      const { calls, serve } = callsOn(helpers, scheduler);
      serve().subscribe();
      assert.throws(() => calls.checkConnectable(new Call('connect')), { code: 'EISCONN' });
    }),
  );
});

describe('ListenCalls.close', () => {
  it(
    'frees the port, and closes the clients that no call has accepted',
    marbles((helpers, scheduler) => {
      const { cold, expectObservable, expectSubscriptions, flush } = helpers;
      const [clients, freeing] = [cold('                  -ab-'), cold<never>('--|')];
      const { accept, calls, closed, serve } = callsOn(helpers, scheduler, { clients, freeing });
      serve().subscribe();
      expectObservable(accept()).toBe('                   -(a|)');
      expectObservable(
        defer(() => calls.close() ?? EMPTY),
        '---^',
      ).toBe('-----|');
      expectSubscriptions(clients.subscriptions).toBe('   ^--!');
      expectSubscriptions(freeing.subscriptions).toBe('   ---^-!');
      flush();
      assert.deepStrictEqual(closed, ['b']);
    }),
  );
});
