import { concat, concatMap, NEVER, of, VirtualTimeScheduler } from 'rxjs';

import { key } from '../../../../harness/modems/secretEcho';
import { type Talk, virtualModem, type VirtualModemOptions } from '../../../../src/testing';
import { observe, type ObserveOptions, type WatchEvent } from '../../../../src/watch';

export const greeting: Talk = () => concat(of('hello'), NEVER);

/** A virtual modem in virtual time, and what is observed of it. */
export function observed(options: Omit<VirtualModemOptions, 'scheduler'> = {}, what: ObserveOptions = {}) {
  const scheduler = new VirtualTimeScheduler();
  const modem = virtualModem({
    scheduler,
    accessPoints: [{ ssid: 'my-ssid', key }],
    hosts: { '10.0.0.1:80': greeting },
    ...options,
  });
  const events: WatchEvent[] = [];
  let isComplete = false;
  const watching = observe(modem.nic, { scheduler, ...what }).subscribe({
    next: (event) => events.push(event),
    complete: () => (isComplete = true),
  });
  return {
    ...modem,
    scheduler,
    events,
    watching,
    isComplete: () => isComplete,
    of: <T extends WatchEvent['type']>(type: T) =>
      events.filter((event): event is Extract<WatchEvent, { type: T }> => event.type === type),
    /** A socket that is connected with the greeting host, when the modem is online. */
    run: () => {
      const socket = modem.socket();
      modem.online$.pipe(concatMap(() => socket.connect$(['10.0.0.1', 80]))).subscribe();
      scheduler.flush();
      return socket;
    },
  };
}

/** A call as one line. */
export function callText(event: WatchEvent): string {
  if (event.type !== 'call') return event.type;
  const { socket, link, name, stage, text } = event;
  return `${socket}/${link ?? '-'} ${name} ${stage} ${text}`.trim();
}

/** Everything that an event shows, as one text. */
export function contentOf(event: WatchEvent): string {
  return event.type === 'bytes' ? Buffer.from(event.bytes).toString('latin1') : JSON.stringify(event);
}
