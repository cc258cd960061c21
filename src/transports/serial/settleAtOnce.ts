/** The reads and writes of a port of the binding. Arrows, because they are replaced. */
interface ReadWrite {
  read: (buffer: Buffer, offset: number, length: number) => Promise<{ buffer: Buffer; bytesRead: number }>;
  write: (buffer: Buffer) => Promise<void>;
}

/**
 * Lets the reads and writes of a port of Windows settle at once, and returns the port. When an add-on settles a promise outside
 * of a callback scope, Node.js 26.4 and later do not run what waits for it until something else runs.
 * @serialport/bindings-cpp 13 settles its promises like that (`EIO_AfterRead` and `EIO_AfterWrite`; node-serialport issue 3148).
 * So an immediate runs at the end of each turn of the event loop while a read or a write is pending.
 */
export function settleAtOnce<Port extends ReadWrite>(port: Port, nodeVersion = process.versions.node): Port {
  if (!leavesPromises(nodeVersion)) return port;
  const read = port.read.bind(port);
  const write = port.write.bind(port);
  port.read = (buffer, offset, length) => whileTurning(read(buffer, offset, length));
  port.write = (buffer) => whileTurning(write(buffer));
  return port;
}

function leavesPromises(nodeVersion: string): boolean {
  const [major = 0, minor = 0] = nodeVersion.split('.').map(Number);
  return major > 26 || (major === 26 && minor >= 4);
}

async function whileTurning<T>(operation: Promise<T>): Promise<T> {
  // Without a reference, an immediate begins no turn: the loop goes on waiting for the port.
  const turn = (): NodeJS.Immediate => setImmediate(() => (next = turn())).unref();
  let next = turn();
  try {
    return await operation;
  } finally {
    clearImmediate(next);
  }
}
