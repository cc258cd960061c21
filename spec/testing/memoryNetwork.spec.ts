import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';
import { from, NEVER } from 'rxjs';

import type { Connection } from '../../src/emulator';
import { MemoryNetwork, type Talk } from '../../src/testing/memoryNetwork';

describe('a connection of a network in memory', () => {
  function connected(talk: Talk): Connection {
    let connection: Connection | undefined;
    new MemoryNetwork(new Map([[80, talk]]))
      .connect({ address: '127.0.0.1', port: 80 })
      .subscribe((made) => (connection = made));
    assert.ok(connection);
    return connection;
  }

  it('keeps what is written before the other side is called, in order', () => {
    const heard: string[] = [];
    let write: (text: string) => void = () => undefined;
    const connection = connected((received$) => {
      received$.subscribe((bytes) => {
        heard.push(bytes.toString());
        if (heard.length === 1) write('c');
      });
      return NEVER;
    });
    write = (text) => {
      from(connection.write(Buffer.from(text))).subscribe();
    };
    write('a');
    write('b');
    assert.deepStrictEqual(heard, []);
    connection.data$.subscribe();
    write('d');
    assert.deepStrictEqual(heard, ['a', 'b', 'c', 'd']);
  });
});
