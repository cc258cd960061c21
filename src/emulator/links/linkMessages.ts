import type { Platform } from '../firmware/platform';
import type { Endpoint } from '../network/network';
import type { Delivery } from './inbox';
import type { VirtualLink } from './virtualLink';

/** The messages of the modem about links. They depend on its settings. */
export class LinkMessages {
  constructor(private readonly platform: Platform) {}

  connected({ id, kind, server, remote, localPort }: VirtualLink): string {
    const { mux, messages } = this.platform.memory.settings;
    if ((messages & 2) !== 0) {
      return `+LINK_CONN:0,${id},"${kind}",${server ? 1 : 0},"${remote.address}",${remote.port},${localPort}\r\n`;
    }
    return mux ? `${id},CONNECT\r\n` : 'CONNECT\r\n';
  }

  closed(id: number): string {
    return this.platform.memory.settings.mux ? `${id},CLOSED\r\n` : 'CLOSED\r\n';
  }

  /** Passive receive: data are waiting. */
  notice(id: number, length: number): string {
    return `\r\n+IPD,${this.label(id)}${length}\r\n`;
  }

  /** Active receive: one print, because nothing ever comes between a header and its payload. */
  data(id: number, { bytes, from }: Delivery): Buffer {
    const header = `\r\n+IPD,${this.label(id)}${bytes.length}${this.source(from)}:`;
    return Buffer.concat([Buffer.from(header, 'latin1'), bytes]);
  }

  /** `,address,port` if the host has turned it on. */
  source({ address, port }: Endpoint): string {
    const { memory, personality } = this.platform;
    return memory.settings.source ? personality.sourceAddress(address, port) : '';
  }

  private label(id: number): string {
    return this.platform.memory.settings.mux ? `${id},` : '';
  }
}
