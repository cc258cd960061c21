import { once } from 'node:events';
import { SerialPort } from 'serialport';

import { settleAtOnce } from '../../src/transports/serial/settleAtOnce';

type Port = Awaited<ReturnType<typeof SerialPort.binding.open>>;

const original: { open(settings: object): Promise<Port> } = SerialPort.binding;
const binding = { ...original, open: async (settings: object) => settleAtOnce(await original.open(settings)) };

/**
 * Opens a serial port with `serialport` itself, as a program does that does not use this library. With Node.js 26.4 and later
 * such a program waits for bytes until something else runs, and there it may be nothing else.
 */
export async function openSerialPort(path: string, baudRate = 115_200): Promise<SerialPort> {
  // The type does not have the option of the stream that it is.
  const port = new SerialPort({ path, baudRate, ...{ binding } });
  await once(port, 'open');
  return port;
}
