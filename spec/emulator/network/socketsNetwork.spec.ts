import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

import { expect, it } from '@jest/globals';
import { firstValueFrom, lastValueFrom, tap } from 'rxjs';

import { certificate } from '../../../harness/peers/certificate';
import { afterZeroTimers } from '../../../harness/time/turns';
import { socketsNetwork } from '../../../src/emulator';

/** Answers the first bytes of each connection, ends it, and tells `answered` that it has. */
const answeringServer = `
  const { parentPort, workerData: { certificate, answered } } = require('node:worker_threads');
  const server = require('node:tls').createServer(certificate, (peer) => {
    peer.once('data', () => {
      peer.end('answer', () => {
        Atomics.store(answered, 0, 1);
      });
    });
  });
  server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));
`;

it('has written bytes over TLS before the answer to them comes', async () => {
  const answered = new Int32Array(new SharedArrayBuffer(4));
  const server = new Worker(answeringServer, { eval: true, workerData: { certificate, answered } });
  const [port] = (await once(server, 'message')) as [number];
  const connection = await firstValueFrom(socketsNetwork.connect({ address: '127.0.0.1', port }, true));
  const order: string[] = [];
  const data$ = connection.data$.pipe(tap({ next: (bytes) => order.push(String(bytes)) }));
  const ended = lastValueFrom(data$, { defaultValue: undefined });
  // After a timer, Node.js reads sockets before it tells what has been written.
  await afterZeroTimers();
  connection.write(Buffer.from('question')).subscribe({ complete: () => order.push('written') });
  // No turn of the event loop comes before the answer.
  for (let looks = 0; looks < 1e9 && Atomics.load(answered, 0) === 0; looks++);
  expect(Atomics.load(answered, 0)).toBe(1);
  await ended;
  connection.end();
  await server.terminate();
  expect(order).toEqual(['written', 'answer']);
});
