import type { SerialPort } from 'serialport';

type Binding = (typeof SerialPort)['binding'];

/** What a port is opened with. */
export interface PortSettings {
  readonly path: string;
  readonly baudRate: number;
}

/** What the operating system tells of a port. */
export type PortDetails = Awaited<ReturnType<Binding['list']>>[number];

/** An open port of the binding. */
export type AnyPort = Awaited<ReturnType<Binding['open']>>;

/**
 * The binding of this machine. Its compiled module is loaded when a port is first opened or listed, because a program with a
 * modem on a network, or without one, may not be allowed to load it (`node --permission`), and need not wait for it.
 */
export const systemBinding = {
  async list(): Promise<PortDetails[]> {
    return await (await loaded()).list();
  },
  async open(settings: PortSettings): Promise<AnyPort> {
    return await (await loaded()).open(settings);
  },
};

async function loaded(): Promise<Binding> {
  const { SerialPort } = await import('serialport');
  return SerialPort.binding;
}
