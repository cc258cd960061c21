import { once } from 'node:events';

import { describe, expect, it } from '@jest/globals';
import { defer, EMPTY, NEVER, of, Subject } from 'rxjs';

import { nextTurn } from '../../../harness/time/turns';
import { connect } from '../../../src/node';
import type { Nic, StreamLink } from '../../../src/usocket/contract/nic';

/** An interface whose peer sends each byte back while it is still being sent. */
function promptInterface(): Nic & { readonly sent: string[] } {
  const sent: string[] = [];
  const heard = new Subject<Uint8Array>();
  const link: StreamLink = {
    remote: { address: '192.168.1.9', port: 7 },
    maxSend: 2048,
    receive: () => heard,
    send: (bytes) =>
      defer(() => {
        sent.push(String(bytes));
        heard.next(Uint8Array.from(bytes));
        return of(undefined);
      }),
    configure: () => EMPTY,
    close: () => EMPTY,
  };
  return {
    sent,
    name: 'prompt',
    maxDatagram: 0,
    resolve: () => NEVER,
    openStream: () => of(link),
    openDatagram: () => NEVER,
    listen: () => NEVER,
    checkSettings: () => EMPTY,
  };
}

describe('what is written while an answer comes', () => {
  it('is sent, after what was written before', async () => {
    const nic = promptInterface();
    const socket = connect({ host: '192.168.1.9', port: 7, nic });
    await once(socket, 'connect');
    const written: string[] = [];
    const write = (text: string) => {
      written.push(text);
      socket.write(text);
    };
    let answers = 0;
    socket.on('data', () => {
      if (answers++ < 5) write(`answer ${answers};`);
    });
    // The first is written alone, and the others together.
    for (const word of ['a;', 'b;', 'c;']) write(word);
    for (let turn = 0; turn < 20; turn++) await nextTurn();
    expect(answers).toBeGreaterThan(2);
    expect(nic.sent.join('')).toBe(written.join(''));
    socket.destroy();
  });

  it('is heard after the call that has written', async () => {
    const nic = promptInterface();
    const socket = connect({ host: '192.168.1.9', port: 7, nic });
    await once(socket, 'connect');
    const order: string[] = [];
    socket.on('data', () => order.push('answer'));
    await nextTurn();
    socket.write('question');
    order.push('written');
    for (let turn = 0; turn < 5; turn++) await nextTurn();
    expect(order).toEqual(['written', 'answer']);
    socket.destroy();
  });
});
