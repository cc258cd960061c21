import { concatMap, distinct, filter, ignoreElements, map, merge, type Observable, take, tap } from 'rxjs';

import { OSError } from '../../usocket/contract/osError';
import type { Transport } from '../line/transportUart';
import { COM_PORT } from './comPort';
import { negotiation, type TelnetEvent, type Verb } from './telnet';

/** Telnet options besides COM-PORT: all 256 values pass unchanged (RFC 856), and no GO AHEAD is sent (RFC 858). */
const BINARY = 0;
const SUPPRESS_GO_AHEAD = 3;

/** What this side offers and requests, once, when it has connected. */
const offers: readonly (readonly [Verb, number])[] = [
  ['WILL', BINARY],
  ['DO', BINARY],
  ['WILL', SUPPRESS_GO_AHEAD],
  ['DO', SUPPRESS_GO_AHEAD],
  ['WILL', COM_PORT],
];

/** The answers that decline a request and an offer. */
const declineOf: Partial<Record<Verb, Verb>> = { DO: 'WONT', WILL: 'DONT' };

/**
 * Offers the telnet options, and completes when the server has agreed to COM-PORT, the one that is needed. Errors with
 * `EPROTO` when the server refuses it.
 */
export function agreeOnComPort(
  server: string,
  transport: Transport,
  events$: Observable<TelnetEvent>,
): Observable<never> {
  const agreed$ = events$.pipe(
    filter(
      (event) =>
        // Some servers say that they will use it themselves, or use it without a word.
        (event.kind === 'negotiation' && event.option === COM_PORT && event.verb !== 'WONT') ||
        (event.kind === 'subnegotiation' && event.option === COM_PORT),
    ),
    take(1),
    tap((event) => {
      if (event.kind !== 'negotiation' || event.verb !== 'DONT') return;
      const told = `the serial server refused (DONT ${COM_PORT}); if it is a raw one, use tcp://${server}`;
      throw new OSError('EPROTO', 'open', `open ${server}: asked for RFC 2217, ${told}`);
    }),
    ignoreElements(),
  );
  return merge(agreed$, transport.send(Buffer.concat(offers.map(([verb, option]) => negotiation(verb, option)))));
}

/** A notice for each direction in which the server refuses BINARY; many of these servers pass all bytes unchanged. */
export function binaryRefusals(server: string, events$: Observable<TelnetEvent>): Observable<string> {
  return events$.pipe(
    filter((event) => event.kind === 'negotiation'),
    filter(({ verb, option }) => option === BINARY && (verb === 'DONT' || verb === 'WONT')),
    distinct(({ verb }) => verb),
    map(({ verb }) => {
      const way = verb === 'DONT' ? 'to the modem' : 'from the modem';
      return `${server}: the serial server does not agree to BINARY (${verb} 0): some bytes may be changed on their way ${way}`;
    }),
  );
}

/**
 * Declines each option that this side has not offered or requested, once, because a server may ask for it again and again.
 * Answers to this side's own offers are not answered, because the two sides would then never end.
 */
export function declineOtherOptions(transport: Transport, events$: Observable<TelnetEvent>): Observable<never> {
  const answersToOffers = new Set(offers.map(([verb, option]) => `${verb === 'WILL' ? 'DO' : 'WILL'} ${option}`));
  return events$.pipe(
    filter((event) => event.kind === 'negotiation'),
    filter(({ verb, option }) => !answersToOffers.has(`${verb} ${option}`)),
    distinct(({ verb, option }) => `${verb} ${option}`),
    concatMap(({ verb, option }) => {
      if (verb === 'WILL' && option === COM_PORT) return [negotiation('DO', option)];
      const answer = declineOf[verb];
      return answer === undefined ? [] : [negotiation(answer, option)];
    }),
    concatMap((answer) => transport.send(answer)),
  );
}
