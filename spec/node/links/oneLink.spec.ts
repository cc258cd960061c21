import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';
import { EMPTY, NEVER, of } from 'rxjs';

import { OneLink } from '../../../src/node/links/oneLink';
import type { Nic, StreamLink } from '../../../src/usocket/contract/nic';

const remote = { address: '192.168.1.9', port: 80 };
const nic: Nic = {
  name: 'nic',
  maxDatagram: 0,
  resolve: () => EMPTY,
  openStream: () => EMPTY,
  openDatagram: () => EMPTY,
  listen: () => EMPTY,
  checkSettings: () => EMPTY,
};
const link: StreamLink = {
  remote,
  maxSend: 2048,
  receive: () => NEVER,
  send: () => of(undefined),
  configure: () => EMPTY,
  close: () => EMPTY,
};

function opened(of$: StreamLink): StreamLink {
  let found: StreamLink | undefined;
  new OneLink(nic, { open: () => of(of$), spare: 0 }).openStream(remote).subscribe((shown) => (found = shown));
  assert.ok(found);
  return found;
}

describe('OneLink', () => {
  it('has the sizes of its link, as they are now', () => {
    const changing = { ...link, maxSend: 2048, pieceSize: 1460 };
    const shown = opened(changing);
    assert.deepStrictEqual([shown.maxSend, shown.pieceSize], [2048, 1460]);
    Object.assign(changing, { maxSend: 536, pieceSize: 500 });
    assert.deepStrictEqual([shown.maxSend, shown.pieceSize], [536, 500]);
  });

  it('cuts nothing smaller where the link does not ask for it', () => {
    assert.equal(opened(link).pieceSize, 2048);
  });

  it('counts the bytes that have been sent', () => {
    const one = new OneLink(nic, { open: () => of(link), spare: 0 });
    let found: StreamLink | undefined;
    one.openStream(remote).subscribe((shown) => (found = shown));
    found?.send(Buffer.from('hello')).subscribe();
    assert.equal(one.sent, 5);
  });
});
