import type { serveControl as serveControlOnNode } from '../emulator/control/serveControl';
import type { servePty as servePtyOnNode } from '../emulator/serve/servePty';
import type { serveTcp as serveTcpOnNode } from '../emulator/serve/serveTcp';

function refuse(): Promise<never> {
  return Promise.reject(new Error('a browser cannot serve a virtual modem; use its `uart` in the page'));
}

export const serveControl: typeof serveControlOnNode = refuse;
export const servePty: typeof servePtyOnNode = refuse;
export const serveTcp: typeof serveTcpOnNode = refuse;
