import debug from 'debug';
import { noop } from 'rxjs';

import type { ESP8285, TraceEvent } from './esp8285';

const log = debug('rx-usocket:esp8285');
const arrows: Readonly<Record<TraceEvent['direction'], string>> = {
  'to modem': '>',
  'from modem': '<',
  'by driver': '#',
};

/** Prints the conversation with a modem to standard error when the environment asks for it: `DEBUG=rx-usocket*`. */
export function printTrace({ trace$ }: ESP8285): void {
  if (!log.enabled) return;
  // It errors when the line is lost, which `status$` shows.
  trace$.subscribe({ next: (event) => log('%s', traceLine(event)), error: noop });
}

/** A line about what was said: `< block of link 4: 1460 bytes`. */
export function traceLine({ direction, kind, link, text }: TraceEvent): string {
  const arrow = arrows[direction];
  return `${arrow} ${kind}${link === undefined ? '' : ` of link ${link}`}: ${text}`;
}
