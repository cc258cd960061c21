import { type WebSerialPort, webSerialUart } from 'rx-usocket/web-serial';

import type { LocalSource } from './localSource';
import { realLineSource } from './realLineSource';

/** A port of the Web Serial API, as `navigator.serial.requestPort()` gives it, and as specs make one. */
export interface ChosenPort extends WebSerialPort {
  addEventListener(type: 'connect' | 'disconnect', listener: () => void): void;
  removeEventListener(type: 'connect' | 'disconnect', listener: () => void): void;
}

/** The modem on a serial port that the user has chosen. Programs open the port, and it is free when they have closed it. */
export function serialSource(port: ChosenPort, baud = 115_200): LocalSource {
  const name = `${nameOf(port)}, ${baud} baud`;
  const source = realLineSource({ kind: 'serial', name, baud, open: () => webSerialUart(port, { baudRate: baud }) });
  const { output } = source.programs;
  const unplugged = (): void => output.print('note', ['The serial port was unplugged.']);
  const plugged = (): void => output.print('note', ['The serial port is there again.']);
  port.addEventListener('disconnect', unplugged);
  port.addEventListener('connect', plugged);
  return {
    ...source,
    close() {
      port.removeEventListener('disconnect', unplugged);
      port.removeEventListener('connect', plugged);
      source.close();
    },
  };
}

/** A browser tells nothing of a port but which USB device it is. */
function nameOf(port: ChosenPort): string {
  const { usbVendorId: vendor, usbProductId: product } = port.getInfo();
  if (vendor === undefined || product === undefined) return 'Serial port';
  const [vendorId, productId] = [vendor, product].map((id) => id.toString(16).padStart(4, '0'));
  return `Serial port ${vendorId}:${productId}`;
}

/**
 * Asks the user for a port. Call it in the handler of a click. Resolves to `undefined` when the user chooses none, or when
 * the browser has no serial ports.
 */
export async function requestPort(): Promise<ChosenPort | undefined> {
  try {
    return await serialOf(navigator)?.requestPort();
  } catch (error) {
    if (error instanceof DOMException && error.name === 'NotFoundError') return undefined;
    throw error;
  }
}

/** Whether the browser has serial ports for this page. */
export function hasSerialPorts(): boolean {
  return serialOf(navigator) !== undefined;
}

function serialOf(browser: Navigator): { requestPort(): Promise<ChosenPort> } | undefined {
  return 'serial' in browser ? browser.serial : undefined;
}
