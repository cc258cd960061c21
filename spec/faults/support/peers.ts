import { concat, concatMap, ignoreElements, map, of, type SchedulerLike, take, tap, timer } from 'rxjs';

import type { Talk } from '../../../src/testing';

const host = '192.168.1.9';
export const echo = [host, 7] as const;
/** Takes everything and sends nothing. */
export const sink = [host, 9] as const;
/** Sends {@link speech} and closes. */
export const talker = [host, 19] as const;
/** Sends each of {@link words} after its pause, and closes. */
export const ponderer = [host, 21] as const;
/** Sends {@link report}, its beginning at once and the rest in pieces with pauses, and closes. */
export const reporter = [host, 23] as const;
/** Sends a datagram each second, after it has received one. */
export const clock = [host, 37] as const;
export const datagramSink = [host, 53] as const;
export const name = 'host.example';

export const speech = Buffer.from(Array.from({ length: 700 }, (_, line) => `line ${line}: +IPD,4,5:OK\r\n`).join(''));
/** What the ponderer sends, with the pause before it in milliseconds. */
export const words = [
  [2_000, 'early '],
  [18_000, 'and late'],
  [20_000, ''],
] as const;

export const report = speech.subarray(0, 4_000);
/** How much of the report comes at once. */
export const headline = 3_000;

/** The hosts that accept connections. */
export function peers(scheduler: SchedulerLike, sunk: Buffer[]): Readonly<Record<string, Talk>> {
  const said = words.map(([pause, word]) => timer(pause, scheduler).pipe(map(() => word)));
  const reported$ = timer(1_000, 400, scheduler).pipe(
    map((piece) => report.subarray(headline + 250 * piece, headline + 250 * (piece + 1))),
    take(4),
  );
  return {
    [`${name}:7`]: (received$) => received$,
    [`${host}:7`]: (received$) => received$,
    [`${host}:9`]: (received$) =>
      received$.pipe(
        tap((bytes) => sunk.push(bytes)),
        ignoreElements(),
      ),
    [`${host}:19`]: () => of(speech),
    [`${host}:21`]: () => concat(...said),
    [`${host}:23`]: () => concat(of(report.subarray(0, headline)), reported$),
  };
}

/** The hosts that receive datagrams. */
export function answerers(scheduler: SchedulerLike): Readonly<Record<string, Talk>> {
  return {
    [`${host}:37`]: (received$) =>
      received$.pipe(
        take(1),
        concatMap(() => timer(1_000, 1_000, scheduler)),
        map((tick) => `tick ${tick}`),
      ),
    [`${host}:53`]: (received$) => received$.pipe(ignoreElements()),
  };
}
