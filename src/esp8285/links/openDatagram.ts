import { defer, type Observable, of, retry, throwError } from 'rxjs';

import type { DatagramLink, Endpoint } from '../../usocket/nic';
import { OSError } from '../../usocket/osError';
import { common } from '../commands/catalogue';
import { Refusal } from '../executor/answer';
import { commandError } from '../executor/commandError';
import { ModemDatagramLink } from './datagramLink';
import type { LinkTable } from './linkTable';

/** Ports that nobody has by agreement, for sockets that ask for any. */
const dynamicPorts = { first: 49_152, last: 65_535 };
/** How many more of them are tried when the modem does not take one. */
const portTries = 3;

/** Opens ports for datagrams: see {@link Nic.openDatagram}. */
export class DatagramOpener {
  private nextPort = dynamicPorts.first;

  constructor(
    private readonly links: LinkTable,
    private readonly hasAddress: () => boolean,
  ) {}

  open(local: Endpoint): Observable<DatagramLink> {
    return defer(() => {
      checkAddress(local);
      const port = local.port === 0 ? this.unusedPort() : local.port;
      const isTaken = this.links.some((link) => link instanceof ModemDatagramLink && link.local.port === port);
      if (isTaken) throw portInUse(port, 'another socket of this program has it');
      return this.links.open({
        make: (id, context) => new ModemDatagramLink(id, port, context),
        prepare: this.links.reception.settle(),
        commandsOf: ({ id }) => ({ start: common.startDatagrams(id, port) }),
        failure: (cause) => this.failure(cause, port),
      });
    }).pipe(
      retry({
        count: local.port === 0 ? portTries : 0,
        delay: (error: unknown) => (isPortInUse(error) ? of(true) : throwError(() => error)),
      }),
    );
  }

  /** What it means that the modem did not open a port. */
  private failure(cause: unknown, port: number): unknown {
    if (!(cause instanceof Refusal)) return commandError('bind', cause);
    if (cause.lines.includes('no ip') || !this.hasAddress()) {
      const message = `bind port ${String(port)}: the modem is not on a network; call nic.connect(ssid, key) first`;
      return new OSError('ENETUNREACH', 'bind', `${message} (${cause.message})`, { cause });
    }
    return portInUse(port, cause.message, cause);
  }

  private unusedPort(): number {
    const port = this.nextPort;
    this.nextPort = port === dynamicPorts.last ? dynamicPorts.first : port + 1;
    return port;
  }
}

/** `EADDRNOTAVAIL` for one address of several: the modem takes what comes to any of its own. */
function checkAddress({ address, port }: Endpoint): void {
  if (address === '0.0.0.0') return;
  const message = `bind ${address}:${String(port)}: the modem receives on all its addresses; bind to 0.0.0.0`;
  throw new OSError('EADDRNOTAVAIL', 'bind', message);
}

function portInUse(port: number, why: string, cause?: unknown): OSError {
  const message = `bind: the modem cannot open port ${String(port)} (${why}); try another`;
  return new OSError('EADDRINUSE', 'bind', message, { cause });
}

function isPortInUse(error: unknown): boolean {
  return error instanceof OSError && error.code === 'EADDRINUSE';
}
