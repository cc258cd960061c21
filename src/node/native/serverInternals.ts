import type { Server } from 'node:net';

/** Opens the port of a server, or begins to serve with its `_handle`. */
type OpenPort = (this: Server, address: string | null, port: number, ...others: readonly unknown[]) => void;

/** What `net.Server` does not show. It is the same in Node.js 20, 22, 24 and 26. */
interface ServerInternals<Handle> {
  _handle: Handle | null;
  /** Node.js keeps its name for those who wrap it. */
  readonly _listen2: OpenPort;
  readonly highWaterMark?: number;
}

export const internalsOfServer = <Handle>(server: Server) => server as unknown as ServerInternals<Handle>;

/** Calls `listen`, with another function that opens the port. By then, Node.js has checked the arguments. */
export function openingWith<T>(server: Server, openPort: OpenPort, listen: () => T): T {
  const own = Object.getOwnPropertyDescriptor(server, '_listen2');
  Object.defineProperty(server, '_listen2', { configurable: true, value: openPort });
  try {
    return listen();
  } finally {
    if (own) Object.defineProperty(server, '_listen2', own);
    else Reflect.deleteProperty(server, '_listen2');
  }
}
