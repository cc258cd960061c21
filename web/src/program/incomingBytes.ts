import { map, type Observable, Subject, tap } from 'rxjs';
import type { ESP8285, StreamLink } from 'rx-usocket';

import type { IncomingBytes } from '../playground/run/incoming';

/** Tells what comes in over the connections that the interface opens from now on. */
export function incomingBytes(nic: ESP8285): Observable<IncomingBytes> {
  const incoming = new Subject<IncomingBytes>();
  const openStream = nic.openStream.bind(nic);
  let connections = 0;
  Object.assign(nic, {
    openStream: (...args: Parameters<typeof openStream>) =>
      openStream(...args).pipe(map((link) => telling(link, ++connections, incoming))),
  });
  return incoming.asObservable();
}

function telling(link: StreamLink, connection: number, incoming: Subject<IncomingBytes>): StreamLink {
  const receive: StreamLink['receive'] = (room$) =>
    link.receive(room$).pipe(tap((bytes) => incoming.next({ connection, bytes })));
  return Object.create(link, { receive: { value: receive } }) as StreamLink;
}
