import { once } from 'node:events';
import type { Server } from 'node:net';

import { isLoopback, listenOn, type ListeningServer, type LocalAddress } from '../../proxy/localServer';
import type { CommandContext } from '../console/context';
import { CommandFailure, exitCodes } from '../console/exitCodes';
import type { Report } from '../console/report';
import { shownAddress } from '../options/places';

/** A server, and where it is to listen. */
export interface Serving {
  readonly server: Server;
  readonly listen: LocalAddress;
}

/** Warns of servers that other machines reach. Call it before anything listens. */
export function warnOfOthers(places: readonly LocalAddress[], report: Report): void {
  for (const place of places) {
    if (isLoopback(place.host)) continue;
    report.note(`Warning: every machine that reaches ${shownAddress(place)} can use the modem, without a password.`);
  }
}

/**
 * Makes servers of this machine listen until the command is stopped, and closes them. Rejects with the reason.
 *
 * @param context That of the running command, which also stops when the modem is down for good.
 * @param listening Told where they listen, in their order.
 */
export async function serveUntilStopped(
  servings: readonly Serving[],
  { signal }: CommandContext,
  listening: (addresses: readonly LocalAddress[]) => void,
): Promise<never> {
  const open: ListeningServer[] = [];
  try {
    for (const { server, listen } of servings) open.push(await listenOn(server, listen).catch(cannotListen(listen)));
    const stopped = once(signal, 'abort');
    signal.throwIfAborted();
    listening(open.map(({ address }) => address));
    await stopped;
    throw signal.reason;
  } finally {
    for (const each of open) await each.close();
  }
}

/** Says why a server of this machine cannot listen, and what to try. */
export function cannotListen(listen: LocalAddress): (cause: NodeJS.ErrnoException) => never {
  return (cause) => {
    const advice = cause.code === 'EADDRINUSE' ? '; choose another port, or 0 for any that is free' : '';
    throw new CommandFailure(`cannot listen on ${shownAddress(listen)}: ${cause.message}${advice}`, exitCodes.failed, {
      cause,
    });
  };
}
