import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline';

import { afterEach, describe, expect, it } from '@jest/globals';

import { serveControl, type ServedControl, serveTcp } from '../../../src/emulator';
import { Modems } from '../support/modemsAndPeers';

const modems = new Modems();
const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
  modems.clear();
});

async function served(): Promise<ServedControl & { readonly host: ReturnType<Modems['host']> }> {
  const host = modems.host({ firmware: '2.2.2' });
  const control = await serveControl(host.emulator);
  closers.push(() => control.close());
  return { ...control, host };
}

/** A client with the lines that it receives. */
async function client(
  port: number,
): Promise<{ socket: Socket; next: () => Promise<unknown>; ended: Promise<unknown> }> {
  const socket = connect(port, '127.0.0.1');
  closers.push(() => socket.destroy());
  socket.on('error', () => undefined);
  const ended = new Promise((resolve) => socket.once('close', resolve));
  await once(socket, 'connect');
  const lines = createInterface({ input: socket })[Symbol.asyncIterator]();
  return { socket, ended, next: async () => JSON.parse(String((await lines.next()).value)) as unknown };
}

describe('a control line over TCP', () => {
  it('serves several clients at once, however their lines are cut', async () => {
    const { port, host } = await served();
    const [one, other] = await Promise.all([client(port), client(port)]);
    const watch = '{"id":"ü","method":"watch","params":{"kinds":["heard"]}}\n';
    for (const byte of Buffer.from(watch)) one.socket.write(Buffer.of(byte));
    expect(await one.next()).toMatchObject({ id: 'ü', result: { journal: 0 } });
    other.socket.write(`${watch}{"id":2,"method":"state"}\n`);
    expect(await other.next()).toMatchObject({ id: 'ü' });
    expect(await other.next()).toMatchObject({ id: 2, result: { firmware: '2.2.2' } });
    host.type('AT\r\n');
    const event = { method: 'event', params: { n: 1, kind: 'heard', text: 'AT' } };
    expect(await one.next()).toMatchObject(event);
    expect(await other.next()).toMatchObject(event);
  });

  it('answers a client that has ended its side, and then ends', async () => {
    const { port, host } = await served();
    const { socket, next, ended } = await client(port);
    socket.end('{"id":1,"method":"watch"}\n{"id":2,"method":"wait","params":{"heard":"AT"}}');
    expect(await next()).toMatchObject({ id: 1 });
    host.type('AT\r\n');
    expect([await next(), await next()]).toEqual(
      expect.arrayContaining([expect.objectContaining({ method: 'event' }), expect.objectContaining({ id: 2 })]),
    );
    await ended;
  });

  it('hangs up on a line without an end, and says why', async () => {
    const { port } = await served();
    const { socket, next } = await client(port);
    socket.write('x'.repeat(70_000));
    expect(await next()).toMatchObject({
      id: null,
      error: { code: -32_602, message: 'a line has at most 65536 characters' },
    });
  });

  it('obeys no page in a browser', async () => {
    const { port, host } = await served();
    const { socket, ended } = await client(port);
    socket.write('POST / HTTP/1.1\r\nContent-Type: text/plain\r\n\r\n{"method":"fault","params":{"kind":"busy"}}\n');
    await ended;
    await host.asks('AT', 'AT\r\n\r\nOK\r\n');
  });

  it('hangs up on a client that reads nothing', async () => {
    const { port, host } = await served();
    const { socket, next, ended } = await client(port);
    socket.write('{"id":1,"method":"watch"}\n');
    await next();
    socket.pause();
    for (let count = 0; count < 2000; count++) {
      socket.write(`{"id":${count},"method":"${'x'.repeat(5000)}"}\n`);
    }
    await ended;
    await host.asks('AT', 'AT\r\n\r\nOK\r\n');
  });

  it('hangs up when it is closed, and the modem goes on', async () => {
    const control = await served();
    const { ended } = await client(control.port);
    await control.close();
    await control.close();
    await ended;
    await control.host.asks('AT', 'AT\r\n\r\nOK\r\n');
  });

  it('fails when its port is in use', async () => {
    const { emulator } = modems.host();
    const taken = await serveTcp();
    closers.push(() => taken.close());
    await expect(serveControl(emulator, { port: taken.port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });
});
