import { createServer } from 'node:http';

import { expect, it } from '@jest/globals';

import { connect, createSocket, listen, lookup } from '../../src/node';
import type { Nic } from '../../src/usocket/contract/nic';

const forgotten = Promise.resolve() as unknown as Nic;

it.each([
  ['connect', () => connect({ port: 9, nic: forgotten })],
  ['getaddrinfo', () => lookup('localhost', { nic: forgotten }, () => undefined)],
  ['listen', () => listen(createServer(), { port: 9, nic: forgotten })],
  ['createSocket', () => createSocket({ type: 'udp4', nic: forgotten })],
])('%s refuses an interface whose await was forgotten, and says so', (syscall, call) => {
  const message = expect.stringContaining('is an "await" missing?');
  expect(call).toThrow(expect.objectContaining({ code: 'EINVAL', syscall, message }));
});
