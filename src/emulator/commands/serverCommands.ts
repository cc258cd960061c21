import { catchError, concat, defer, type Observable, of, throwError } from 'rxjs';

import { errorCode, Refusal } from '../firmware/refusal';
import type { Print } from '../line/output';
import { linkCount } from '../links/virtualLinks';
import type { Modem } from '../modem/modem';
import { NetworkError } from '../network/network';
import { portInUseHint } from '../network/portInUseHint';
import type { Call, Command } from './command';

const defaultPort = 333;

function setServer(modem: Modem, { args }: Call): Observable<Print> {
  const { memory, server } = modem;
  const on = args.flag(0);
  if (!memory.settings.mux) throw new Refusal('MUX=0', errorCode.failed);
  if (on === (server.state !== undefined)) return unchanged(modem);
  if (!on) return stop(modem, args.has(1) && args.flag(1));
  const port = args.has(1) ? args.number(1, 1, 65_535) : defaultPort;
  if (args.has(2) && args.text(2, 6).toUpperCase() !== 'TCP') throw new Refusal('', errorCode.invalid);
  return server.start(port).pipe(
    catchError((cause: unknown) => {
      if (cause instanceof NetworkError) modem.report.hint(portInUseHint(cause));
      return throwError(() => new Refusal('TcpServer Failure', errorCode.failed));
    }),
  );
}

function unchanged({ personality }: Modem): Observable<Print> {
  if (personality.serverUnchanged === 'error') throw new Refusal('', errorCode.failed);
  return of('no change\r\n');
}

function stop({ server, links }: Modem, closeClients: boolean): Observable<Print> {
  const clients = closeClients ? server.clients : [];
  server.stop();
  return concat(
    ...clients.map((link) =>
      defer(() => {
        links.close(link);
        return of(links.messages.closed(link.id));
      }),
    ),
  );
}

function showServer({ server, personality }: Modem): Observable<Print> {
  if (!personality.showsServer) throw new Refusal('', errorCode.unsupported);
  return of(server.state === undefined ? '+CIPSERVER:0\r\n' : `+CIPSERVER:1,${server.state.port},"TCP"\r\n`);
}

function setMaxConnections({ memory, server, personality }: Modem, { args }: Call): Observable<Print> | undefined {
  const most = args.number(0, 1, linkCount);
  const open = server.clients.length;
  if (personality.family === 'E' && open > most) {
    return concat(
      of(`Have ${open} Connections\r\n`),
      throwError(() => new Refusal('', errorCode.failed)),
    );
  }
  if (server.state !== undefined) throw new Refusal('', errorCode.failed);
  memory.settings.maxConnections = most;
  return undefined;
}

/** The listening port. */
export const serverCommands: readonly Command[] = [
  { name: '+CIPSERVER', set: setServer, query: showServer },
  {
    name: '+CIPSERVERMAXCONN',
    since: { N: 1.6, E: 2 },
    query: ({ memory, personality }) => of(personality.maxConnections(memory.settings.maxConnections)),
    set: setMaxConnections,
  },
  {
    name: '+CIPSTO',
    query: ({ memory }) => of(`+CIPSTO:${memory.settings.idleTimeout}\r\n`),
    set: ({ memory, server }, { args }) => {
      memory.settings.idleTimeout = args.number(0, 0, 7200);
      server.restartTimers();
    },
  },
];
