import { SerialPortStream } from '@serialport/stream';
import { defer, Observable } from 'rxjs';

import { duplexTransport } from '../line/duplexTransport';
import { checkBaudRate } from '../line/serialSettings';
import type { OpeningPort, PortOptions } from './openingPort';
import { lossOf, openFailure, speedFailure } from './serialErrors';
import { settleAtOnce } from './settleAtOnce';
import { systemBinding } from './systemBinding';

/** Opens a port of Windows, at once. Threads read and write it, and keep the program running. */
export function windowsPort({ settings, longestPause }: PortOptions): OpeningPort {
  const { path, rtscts = false } = settings;
  const binding = {
    list: () => systemBinding.list(),
    open: async () => settleAtOnce(await systemBinding.open(settings)),
  };
  const port = new SerialPortStream({ ...settings, binding });
  let wasOpen = false;
  port.once('open', () => (wasOpen = true));
  const transport = duplexTransport({
    name: path,
    duplex: port,
    opened: 'open',
    flowControl: rtscts,
    longestPause,
    failure: (cause) => (wasOpen ? lossOf(path, cause) : openFailure(path, cause)),
    release: () => release(port),
  });
  return { transport: { ...transport, setBaudRate: (baudRate) => update(port, baudRate) }, signals: port };
}

/** Changes the speed of a port after the bytes written so far, which would otherwise leave at the new speed. */
function update(port: SerialPortStream, baudRate: number): Observable<never> {
  return defer(() => {
    checkBaudRate(`change the speed of ${port.path}`, baudRate);
    return new Observable<never>((subscriber) => {
      const doing = (then: () => void) => (cause?: Error | null) => {
        if (cause) subscriber.error(speedFailure(port.path, baudRate, cause));
        else if (!subscriber.closed) then();
      };
      // The empty write comes after the writes that still wait, also for the port to open. The kernel then has all bytes,
      // and draining waits until they have left.
      port.write(
        Buffer.alloc(0),
        doing(() => {
          port.drain(
            doing(() => {
              port.update(
                { baudRate },
                doing(() => {
                  subscriber.complete();
                }),
              );
            }),
          );
        }),
      );
    });
  });
}

function release(port: SerialPortStream): Observable<never> {
  return new Observable((subscriber) => {
    const done = (): void => subscriber.complete();
    const close = (): void => port.close(done);
    if (port.isOpen) close();
    else if (port.opening) port.once('open', close).once('error', done);
    else if (port.closing) port.once('close', done).once('error', done);
    else done();
  });
}
