import type { serveControl as serveControlOnNode } from '../emulator/control/serveControl';
import type { servePty as servePtyOnNode, serveUartOnPty as serveUartOnPtyOnNode } from '../emulator/serve/servePty';
import type { serveTcp as serveTcpOnNode, serveUartOnTcp as serveUartOnTcpOnNode } from '../emulator/serve/serveTcp';

function refuse(): Promise<never> {
  return Promise.reject(new Error('a browser cannot serve a line; use the virtual modem, or the line, in the page'));
}

export const serveControl: typeof serveControlOnNode = refuse;
export const servePty: typeof servePtyOnNode = refuse;
export const serveTcp: typeof serveTcpOnNode = refuse;
export const serveUartOnPty: typeof serveUartOnPtyOnNode = refuse;
export const serveUartOnTcp: typeof serveUartOnTcpOnNode = refuse;
