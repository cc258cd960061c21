import type { SerialPort } from 'serialport';

import type { SerialSettings } from '../line/serialSettings';

type Binding = (typeof SerialPort)['binding'];

/** What a port is opened with. */
export interface PortSettings extends Omit<SerialSettings, 'dtr' | 'rts'> {
  readonly path: string;
  readonly baudRate: number;
  /** Whether no other program may open it. Default: none may. */
  readonly lock?: boolean;
}

/** What the operating system tells of a port. */
export type PortDetails = Awaited<ReturnType<Binding['list']>>[number];

/** An open port of the binding. */
export type AnyPort = Awaited<ReturnType<Binding['open']>>;

/** A port of Linux or macOS: a file that never blocks. */
export type UnixPort = Extract<AnyPort, { readonly poller: unknown }>;

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
