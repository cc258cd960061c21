import type { AddressInfo } from 'node:net';
import { once } from 'node:events';

import { type Connection, Server, type ServerChannel, type SFTPWrapper, utils } from 'ssh2';

/** An SSH server on loopback. Dispose of it with `await using`. */
export interface SshServer extends AsyncDisposable {
  readonly port: number;
  /** What is in its files, by their paths. */
  readonly files: Map<string, Buffer>;
}

/** The user that it lets in. */
export const user = { username: 'user', password: 'my-password' };

/**
 * Starts an SSH server. It runs one command, `upper`, which says in capitals what it is told, and exits with 3. Its files can
 * be read and written by SFTP.
 */
export async function sshServer(): Promise<SshServer> {
  const files = new Map<string, Buffer>();
  const connections = new Set<Connection>();
  const { private: key } = utils.generateKeyPairSync('ed25519');
  const server = new Server({ hostKeys: [key] }, (connection) => {
    connections.add(connection);
    connection.on('close', () => connections.delete(connection)).on('error', () => undefined);
    connection.on('authentication', (context) => {
      if (context.method === 'password' && context.password === user.password) context.accept();
      else context.reject(['password']);
    });
    connection.on('session', (accept) => {
      const session = accept();
      session.on('exec', (acceptCommand, _reject, { command }) => upper(acceptCommand(), command));
      session.on('sftp', (acceptFiles) => serveFiles(acceptFiles(), files));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    files,
    async [Symbol.asyncDispose]() {
      for (const connection of connections) connection.end();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function upper(channel: ServerChannel, command: string): void {
  channel.stderr.write(`this is ${command}\n`);
  channel.setEncoding('utf8').on('data', (text: string) => channel.write(text.toUpperCase()));
  channel.on('end', () => {
    channel.exit(3);
    channel.end();
  });
}

function serveFiles(sftp: SFTPWrapper, files: Map<string, Buffer>): void {
  const { OK, EOF, NO_SUCH_FILE } = utils.sftp.STATUS_CODE;
  const open: string[] = [];
  const named = (handle: Buffer) => open[handle.readUInt32BE(0)] ?? '';
  const content = (path: string) => files.get(path) ?? Buffer.alloc(0);
  const attributes = (path: string) => ({
    mode: 0o100644,
    uid: 0,
    gid: 0,
    size: content(path).length,
    atime: 0,
    mtime: 0,
  });
  sftp.on('OPEN', (id, path, flags) => {
    if (flags & utils.sftp.OPEN_MODE.TRUNC) files.set(path, Buffer.alloc(0));
    const handle = Buffer.alloc(4);
    if (files.has(path)) {
      handle.writeUInt32BE(open.push(path) - 1);
      sftp.handle(id, handle);
    } else {
      sftp.status(id, NO_SUCH_FILE);
    }
  });
  sftp.on('READ', (id, handle, offset, length) => {
    const bytes = content(named(handle)).subarray(offset, offset + length);
    if (bytes.length > 0) sftp.data(id, bytes);
    else sftp.status(id, EOF);
  });
  sftp.on('WRITE', (id, handle, offset, bytes) => {
    const before = content(named(handle));
    const after = Buffer.alloc(Math.max(before.length, offset + bytes.length));
    before.copy(after);
    bytes.copy(after, offset);
    files.set(named(handle), after);
    sftp.status(id, OK);
  });
  sftp.on('FSTAT', (id, handle) => {
    sftp.attrs(id, attributes(named(handle)));
  });
  sftp.on('STAT', (id, path) => {
    if (files.has(path)) sftp.attrs(id, attributes(path));
    else sftp.status(id, NO_SUCH_FILE);
  });
  sftp.on('FSETSTAT', (id) => {
    sftp.status(id, OK);
  });
  sftp.on('CLOSE', (id) => {
    sftp.status(id, OK);
  });
}
