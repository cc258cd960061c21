import { type EventEmitter, once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';

import { describe, expect, it } from '@jest/globals';
import Aedes, { type AedesOptions } from 'aedes';
import { type IClientOptions, MqttClient, type Packet } from 'mqtt';

import { noise } from '../../../harness/peers/bytes';
import { closed } from '../support/eventLog';
import { ourSockets, type Sockets } from '../support/sockets';

/** An MQTT broker on loopback. Dispose of it with `await using`. */
async function broker(options: AedesOptions = {}) {
  const aedes = new Aedes(options);
  const server = createServer(aedes.handle);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    aedes,
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      await new Promise<void>((resolve) => aedes.close(resolve));
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

type Client = MqttClient & EventEmitter;

/** A client of `mqtt` whose connections go through the interface. */
function clientOver(sockets: Sockets, port: number, options: Partial<IClientOptions> = {}): Client {
  const streamBuilder = () => sockets.connect({ host: '127.0.0.1', port });
  const client: unknown = new MqttClient(streamBuilder, {
    protocolVersion: 4,
    keepalive: 0,
    reconnectPeriod: 0,
    ...options,
  });
  // Its types do not say that it is an EventEmitter.
  return client as Client;
}

/** The next messages of a client. It may lose its connection meanwhile. */
function messages(client: MqttClient, count: number): Promise<readonly string[]> {
  const heard: string[] = [];
  return new Promise((resolve) => {
    client.on('message', (topic, payload) => {
      if (heard.push(`${topic}: ${String(payload)}`) === count) resolve(heard);
    });
  });
}

describe.each(ourSockets)('MQTT, on $name,', (tested) => {
  it('publishes with each quality of service, and hears itself', async () => {
    await using sockets = await tested.start();
    await using server = await broker();
    const client = clientOver(sockets, server.port);
    await once(client, 'connect');
    await client.subscribeAsync({ 'room/+': { qos: 2 }, large: { qos: 1 } });
    for (const qos of [0, 1, 2] as const) {
      const [heard] = await Promise.all([
        once(client, 'message') as Promise<[string, Buffer, { qos: number }]>,
        client.publishAsync(`room/${qos}`, `warm ${qos}`, { qos }),
      ]);
      expect([heard[0], String(heard[1]), heard[2].qos]).toEqual([`room/${qos}`, `warm ${qos}`, qos]);
    }
    const picture = noise(20_000);
    const [[, payload]] = (await Promise.all([
      once(client, 'message'),
      client.publishAsync('large', picture, { qos: 1 }),
    ])) as [[string, Buffer], unknown];
    expect(payload.equals(picture)).toBe(true);
    await client.endAsync();
  });

  it('hears what was retained, and the will of a client that has vanished', async () => {
    await using sockets = await tested.start();
    await using server = await broker();
    const dying = clientOver(sockets, server.port, {
      will: { topic: 'will', payload: Buffer.from('gone'), qos: 1, retain: false },
    });
    await once(dying, 'connect');
    await dying.publishAsync('state', 'on', { qos: 1, retain: true });
    const client = clientOver(sockets, server.port);
    await once(client, 'connect');
    const [heard] = await Promise.all([messages(client, 1), client.subscribeAsync(['state', 'will'], { qos: 1 })]);
    expect(heard).toEqual(['state: on']);
    const bequeathed = messages(client, 1);
    dying.stream.destroy();
    expect(await bequeathed).toEqual(['will: gone']);
    await Promise.all([client.endAsync(), dying.endAsync(true)]);
  });

  it('pings when it has nothing else to say', async () => {
    await using sockets = await tested.start();
    await using server = await broker();
    const client = clientOver(sockets, server.port, { keepalive: 1 });
    await once(client, 'connect');
    const [answer] = (await once(client, 'packetreceive')) as [Packet];
    expect(answer.cmd).toBe('pingresp');
    await client.endAsync();
  });
});

const [, ...overModems] = ourSockets;

describe.each(overModems)('MQTT, on $name, when the modem restarts,', (tested) => {
  it('connects and subscribes again, and sends what it was to publish meanwhile', async () => {
    await using sockets = await tested.start();
    await using server = await broker();
    const client = clientOver(sockets, server.port, { reconnectPeriod: 20, clientId: 'one', clean: false });
    const failures: string[] = [];
    client.on('error', (error) => failures.push('code' in error ? String(error.code) : String(error)));
    await once(client, 'connect');
    await client.subscribeAsync('room', { qos: 1 });
    const heard = messages(client, 2);
    const lost = closed(client);
    sockets.restart();
    await lost;
    expect(failures).toEqual(['ECONNRESET']);
    const [first, second] = [
      client.publishAsync('room', 'one', { qos: 1 }),
      client.publishAsync('room', 'two', { qos: 2 }),
    ];
    await Promise.all([once(client, 'connect'), first, second]);
    expect(await heard).toEqual(['room: one', 'room: two']);
    await client.endAsync();
  });
});
