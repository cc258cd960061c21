import { once } from 'node:events';
import { readFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';

import { describe, expect, it } from '@jest/globals';
import { Client, type ClientChannel, type SFTPWrapper } from 'ssh2';

import { noise } from '../../../harness/peers/bytes';
import { closed, errorOf } from '../support/eventLog';
import { ourSockets, type Sockets } from '../support/sockets';
import { sshServer, type SshServer, user } from './support/sshServer';

/** An SSH connection through the interface. */
async function connected(sockets: Sockets, { port }: SshServer): Promise<Client> {
  const client = new Client();
  client.connect({ sock: sockets.connect({ host: '127.0.0.1', port }), ...user });
  await once(client, 'ready');
  return client;
}

async function upper(client: Client, words: string) {
  const channel = await promisify<string, ClientChannel>((command, done) => client.exec(command, done))('upper');
  channel.end(words);
  const [said, complained, [code]] = await Promise.all([
    text(channel),
    text(channel.stderr),
    once(channel, 'exit') as Promise<[number]>,
  ]);
  return { said, complained, code };
}

/** Waits for what has no result. */
function done(begin: (callback: (error?: Error | null) => void) => void): Promise<void> {
  return promisify<void>((callback) => begin((error) => callback(error ?? null)))();
}

async function end(client: Client): Promise<void> {
  const over = closed(client);
  client.end();
  await over;
}

describe.each(ourSockets)('SSH, on $name,', (tested) => {
  it('runs a command', async () => {
    await using sockets = await tested.start();
    await using server = await sshServer();
    const client = await connected(sockets, server);
    expect(await upper(client, 'some words')).toEqual({ said: 'SOME WORDS', complained: 'this is upper\n', code: 3 });
    await end(client);
  });

  it('carries a file by SFTP to the server, and from it', async () => {
    await using sockets = await tested.start();
    await using server = await sshServer();
    const folder = await mkdtemp(join(tmpdir(), 'rx-usocket-sftp-'));
    try {
      const bytes = noise(100_000);
      const [here, back] = [join(folder, 'here'), join(folder, 'back')];
      await writeFile(here, bytes);
      const client = await connected(sockets, server);
      const sftp = await promisify<SFTPWrapper>((done) => client.sftp(done))();
      await done((callback) => sftp.fastPut(here, '/there', callback));
      expect(server.files.get('/there')?.equals(bytes)).toBe(true);
      await done((callback) => sftp.fastGet('/there', back, callback));
      expect((await readFile(back)).equals(bytes)).toBe(true);
      await end(client);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

const [, ...overModems] = ourSockets;

describe.each(overModems)('SSH, on $name, when the modem restarts,', (tested) => {
  it('fails with ECONNRESET, and can connect again', async () => {
    await using sockets = await tested.start();
    await using server = await sshServer();
    const client = await connected(sockets, server);
    const over = Promise.all([errorOf(client), closed(client)]);
    sockets.restart();
    expect((await over)[0]).toMatchObject({ code: 'ECONNRESET', level: 'client-socket' });
    expect(await sockets.isBack()).toBe(true);
    const next = await connected(sockets, server);
    expect(await upper(next, 'again')).toMatchObject({ said: 'AGAIN', code: 3 });
    await end(next);
  });
});
