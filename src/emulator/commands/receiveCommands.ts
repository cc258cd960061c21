import { concat, defer, EMPTY, type Observable, of } from 'rxjs';

import type { Call, Command, Context } from './command';
import { linkCount } from '../links/virtualLinks';
import type { Print } from '../line/output';
import { Refusal, errorCode } from '../firmware/refusal';
import { linkArgument } from './linkCommands';

function read(context: Context, { args }: Call): Observable<Print> {
  const { links, memory, personality, output, faults } = context;
  return defer(() => {
    const { id, next } = linkArgument(context, args);
    const most = args.number(next, 1, 0x7fffffff);
    // What was announced must not be announced after it has been read.
    output.flush();
    const link = links.get(id);
    const readable = memory.settings.passive && (link === undefined || links.isPassive(link));
    const block = readable ? links.unread(id)?.read(most) : undefined;
    if (block === undefined) throw new Refusal('', errorCode.failed);
    if (link !== undefined) link.reading = true;
    const header = personality.receivedHeader(block.bytes.length, links.source(block.from));
    const leak$ = faults.logLeak ? of(`to read ${most} bytes\r\n`) : EMPTY;
    return concat(leak$, of(Buffer.concat([Buffer.from(header, 'latin1'), block.bytes])));
  });
}

function lengths({ links, personality }: Context): Observable<Print> {
  return defer(() => {
    const shown: number[] = [];
    for (let id = 0; id < linkCount; id++) {
      const link = links.get(id);
      shown.push(
        link === undefined ? (links.unread(id)?.length ?? personality.idleLength) : links.announcedLength(link),
      );
    }
    return of(`+CIPRECVLEN:${shown.join(',')}\r\n`);
  });
}

/** Passive receive. */
export const receiveCommands: readonly Command[] = [
  {
    name: '+CIPRECVMODE',
    since: { N: 1.7, E: 2.1 },
    query: ({ memory }) => of(`+CIPRECVMODE:${memory.settings.passive ? 1 : 0}\r\n`),
    set: ({ memory, links }, { args }) =>
      defer(() => {
        memory.settings.passive = args.flag(0);
        links.pump();
        return EMPTY;
      }),
  },
  {
    name: '+CIPRECVDATA',
    since: { N: 1.7, E: 2.1 },
    set: read,
    after: (context, { args }) => context.links.afterRead(linkArgument(context, args).id),
  },
  { name: '+CIPRECVLEN', since: { N: 1.7, E: 2.1 }, query: lengths },
];
