import { decode, encode, RECURSION_DESIRED } from 'dns-packet';
import {
  catchError,
  concatMap,
  defer,
  EMPTY,
  filter,
  finalize,
  ignoreElements,
  map,
  merge,
  type Observable,
  type SchedulerLike,
  take,
  throwError,
  timer,
} from 'rxjs';

import { asBuffer, deadline } from '../../streams';
import type { Datagram, DatagramLink } from '../../usocket/contract/nic';
import { OSError } from '../../usocket/contract/osError';

/** Milliseconds between two queries, as with other resolvers. Each goes to the next server. */
const pause = 2_000;
const rounds = 3;
/** Milliseconds. */
const patience = 10_000;
const nameServerPort = 53;
/** The code for a name that does not exist (NXDOMAIN). */
const noSuchName = 3;

export interface NameServersOptions {
  /** Addresses of name servers, one or more. */
  readonly servers: readonly string[];
  /** Cold: opens a port with any number. */
  readonly port$: Observable<DatagramLink>;
  /** Closes the port in the background. */
  readonly close: (port: DatagramLink) => void;
  readonly scheduler: SchedulerLike;
}

/** The answer of a name server: addresses, or the reason for their absence. */
type Said = readonly string[] | 'no such name' | 'no answer';

/**
 * Asks name servers for the IPv4 addresses of a name by DNS over UDP (RFC 1035), and emits them.
 *
 * Errors: `EAI_NONAME` for a name that does not exist or has no such address; `EAI_AGAIN` when no server has answered.
 */
export function askNameServers(
  name: string,
  { servers, port$, close, scheduler }: NameServersOptions,
): Observable<readonly string[]> {
  return port$.pipe(
    catchError((cause: unknown) => throwError(() => notAsked(name, cause))),
    concatMap((port) =>
      asked(name, servers, port, scheduler).pipe(
        finalize(() => {
          close(port);
        }),
      ),
    ),
    deadline(patience, { scheduler, expired: () => notAsked(name) }),
  );
}

function asked(
  name: string,
  servers: readonly string[],
  port: DatagramLink,
  scheduler: SchedulerLike,
): Observable<readonly string[]> {
  return defer(() => {
    // A random number, so that no other host can forge an answer.
    const [id = 0] = crypto.getRandomValues(new Uint16Array(1));
    const query = encode({
      type: 'query',
      id,
      flags: RECURSION_DESIRED,
      questions: [{ type: 'A', name: name.replace(/\.$/, '') }],
    });
    const asking$ = timer(0, pause, scheduler).pipe(
      take(rounds * servers.length),
      concatMap((round) => {
        const address = servers[round % servers.length] ?? '';
        // The modem cannot send to this server now; the next one may be in reach.
        const skip = (cause: unknown) =>
          cause instanceof OSError && cause.code === 'ENOBUFS' ? EMPTY : throwError(() => cause);
        return port.send(query, { address, port: nameServerPort }).pipe(catchError(skip));
      }),
      ignoreElements(),
    );
    const answer$ = port.datagrams$.pipe(
      filter(({ remote }) => servers.includes(remote.address)),
      map((datagram) => said(datagram, id)),
      // Another server may know the name, or this one later.
      filter((answer) => answer !== 'no answer'),
      map((answer) => {
        if (answer === 'no such name') throw notFound(name);
        return answer;
      }),
    );
    return merge(answer$, asking$).pipe(
      take(1),
      catchError((cause: unknown) => throwError(() => (isOwn(cause) ? cause : notAsked(name, cause)))),
    );
  });
}

function said({ data }: Datagram, id: number): Said {
  try {
    const { answers = [], ...packet } = decode(asBuffer(data));
    if (packet.type !== 'response' || packet.id !== id) return 'no answer';
    const rcode = (packet.flags ?? 0) & 0xf;
    if (rcode === noSuchName) return 'no such name';
    if (rcode !== 0) return 'no answer';
    const addresses = answers.flatMap((answer) => (answer.type === 'A' ? [answer.data] : []));
    return addresses.length > 0 ? addresses : 'no such name';
  } catch {
    // It is not a DNS message.
    return 'no answer';
  }
}

function isOwn(error: unknown): boolean {
  return error instanceof OSError && error.code === 'EAI_NONAME';
}

function notFound(name: string): OSError {
  const message = `getaddrinfo: ${name} was not found; check the spelling`;
  return new OSError('EAI_NONAME', 'getaddrinfo', message);
}

function notAsked(name: string, cause?: unknown): OSError {
  const said = cause instanceof Error ? ` (${cause.message})` : '';
  const message = `getaddrinfo: ${name} could not be looked up: no name server has answered; is the modem on a network?`;
  return new OSError('EAI_AGAIN', 'getaddrinfo', message + said, { cause });
}
