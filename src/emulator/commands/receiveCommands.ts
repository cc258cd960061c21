import { concat, EMPTY, type Observable, of } from 'rxjs';

import { errorCode, Refusal } from '../firmware/refusal';
import type { Print } from '../line/output';
import { linkCount } from '../links/virtualLinks';
import type { Modem } from '../modem/modem';
import type { Call, Command } from './command';
import { linkArgument } from './linkCommands';

function read(modem: Modem, { args }: Call): Observable<Print> {
  const { links, memory, personality, output, faults } = modem;
  const { id, next } = linkArgument(modem, args);
  const most = Math.min(args.number(next, 1, 0x7fffffff), personality.longestRead);
  // A notice that was kept must not come after its bytes have been read.
  output.flush();
  const link = links.get(id);
  const readable = memory.settings.passive && (link === undefined || links.delivery.isPassive(link));
  const block = readable ? links.unread(id)?.read(most) : undefined;
  if (block === undefined) throw new Refusal('', errorCode.failed);
  if (link !== undefined) link.reading = true;
  const header = personality.receivedHeader(block.bytes.length, links.messages.source(block.from));
  const leak$ = faults.logLeak ? of(`to read ${most} bytes\r\n`) : EMPTY;
  return concat(leak$, of(Buffer.concat([Buffer.from(header, 'latin1'), block.bytes])));
}

function lengths({ links, personality }: Modem): Observable<Print> {
  const shown = Array.from({ length: linkCount }, (_, id) => {
    const link = links.get(id);
    if (link !== undefined) return links.delivery.announcedLength(link);
    return links.unread(id)?.length ?? personality.idleLength;
  });
  return of(`+CIPRECVLEN:${shown.join(',')}\r\n`);
}

/** Passive receive: its mode, reads, and how many bytes wait. */
export const receiveCommands: readonly Command[] = [
  {
    name: '+CIPRECVMODE',
    since: { N: 1.7, E: 2.1 },
    query: ({ memory }) => of(`+CIPRECVMODE:${memory.settings.passive ? 1 : 0}\r\n`),
    set: ({ links }, { args }) => {
      links.delivery.setPassive(args.flag(0));
    },
  },
  {
    name: '+CIPRECVDATA',
    since: { N: 1.7, E: 2.1 },
    set: read,
    after: (modem, { args }) => modem.links.afterRead(linkArgument(modem, args).id),
  },
  { name: '+CIPRECVLEN', since: { N: 1.7, E: 2.1 }, query: lengths },
];
