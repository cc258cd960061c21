import { describe, expect, it } from '@jest/globals';
import { resolve } from 'node:path';

import { standIns } from '../../browserStandIns.config';
import { HostNic } from '../../src/browser/host';
import { servePty } from '../../src/browser/serve';
import { socketsNetwork } from '../../src/browser/socketsNetwork';
import { openUart } from '../../src/browser/transports';
import { createEmulator } from '../../src/emulator';
import { createModules } from '../../src';
import { failureOf } from '../../harness/interfaces/failure';

const namesOf = async (path: string) => Object.keys((await import(resolve(path))) as object);

/** What the browser's build never asks a module for. */
const unused: Readonly<Record<string, readonly string[]>> = {
  'src/transports/index.ts': ['listPorts', 'rfc2217Uart', 'serialUart', 'tcpUart'],
};

describe('what stands in for Node.js in a browser', () => {
  it.each(Object.entries(standIns))('%s has the same exports in %s', async (module, standIn) => {
    const wanted = (await namesOf(module)).filter((name) => !unused[module]?.includes(name));
    expect(await namesOf(standIn)).toEqual(expect.arrayContaining(wanted));
  });

  it('opens no line by name, but says how', () => {
    const refused = expect.objectContaining({ code: 'EINVAL', message: expect.stringContaining('webSerialUart') });
    expect(() => openUart('/dev/ttyUSB0')).toThrow(refused);
    expect(() => openUart('tcp://user:secret@host.example:1')).toThrow(
      expect.not.objectContaining({ message: expect.stringContaining('secret') }),
    );
  });

  it('has no sockets of its own', () => {
    expect(() => new HostNic()).toThrow(expect.objectContaining({ code: 'EOPNOTSUPP' }));
  });

  it('makes hosts unreachable for a virtual modem without another network', async () => {
    const { network, usocket } = createModules();
    const hosts = { 'host.example': '127.0.0.1:1' };
    const nic = await network.ESP8285(createEmulator({ network: socketsNetwork, hosts, latency: 0 }).uart);
    await nic.connect('my-ssid', 'my-password');
    const address = (await usocket.getaddrinfo('host.example', 80))[0][4];
    expect(await failureOf(usocket.socket().connect(address))).toHaveProperty('code');
    await nic.close();
  });

  it('serves no line', async () => {
    await expect(servePty({})).rejects.toThrow('a browser cannot serve');
  });
});
