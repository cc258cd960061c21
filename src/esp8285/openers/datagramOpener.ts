import { concat, defer, type Observable, of, retry, throwError } from 'rxjs';

import type { Endpoint } from '../../usocket/contract/nic';
import { OSError } from '../../usocket/contract/osError';
import { common } from '../commands/catalogue';
import { Refusal } from '../executor/answer';
import { commandError } from '../executor/commandError';
import { ModemDatagramLink } from '../links/datagramLink';
import { isOffNetwork } from '../links/exchanges/reasons';
import type { Opener, OpenerOptions } from './opener';
import { checkOwnAddress } from './ownAddress';

/** The dynamic ports, for sockets that ask for any port. */
const dynamicPorts = { first: 49_152, last: 65_535 };
/** How many more ports are tried when the modem refuses one. */
const portTries = 3;

/** Opens ports for datagrams: see {@link Nic.openDatagram}. */
export class DatagramOpener implements Opener<ModemDatagramLink> {
  private nextPort = dynamicPorts.first;

  constructor(private readonly options: OpenerOptions) {}

  open(local: Endpoint): Observable<ModemDatagramLink> {
    const { executor, links } = this.options;
    return defer(() => {
      const port = local.port === 0 ? this.unusedPort() : local.port;
      const isOurs = links.some((link) => link.kind === 'datagrams' && link.local.port === port);
      if (isOurs) throw portInUse(port, 'another socket of this program has it');
      const opened$ = links.open({
        make: (id, context) => new ModemDatagramLink(id, port, context),
        prepare: links.receiveMode.adjust(),
        commandsOf: ({ id }) => ({ start: common.startDatagrams(id, port) }),
        failure: (cause) => this.failure(cause, port),
      });
      return concat(checkOwnAddress(executor, local, 'bind'), opened$);
    }).pipe(
      retry({
        count: local.port === 0 ? portTries : 0,
        delay: (error: unknown) => (isPortInUse(error) ? of(true) : throwError(() => error)),
      }),
    );
  }

  /** Makes the error of a port that the modem has not opened. */
  private failure(cause: unknown, port: number): unknown {
    if (!(cause instanceof Refusal)) return commandError('bind', cause);
    if (isOffNetwork(cause) || !this.options.hasAddress()) {
      const message = `bind port ${port}: the modem is not on a network; call nic.connect(ssid, key) first`;
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

function portInUse(port: number, why: string, cause?: unknown): OSError {
  const message = `bind: the modem cannot open port ${port} (${why}); try another`;
  return new OSError('EADDRINUSE', 'bind', message, { cause });
}

function isPortInUse(error: unknown): boolean {
  return error instanceof OSError && error.code === 'EADDRINUSE';
}
