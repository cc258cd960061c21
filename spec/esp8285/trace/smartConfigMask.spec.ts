import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { VirtualTimeScheduler } from 'rxjs';

import { cut } from '../../../harness/modems/frames';
import { SmartConfigMask } from '../../../src/esp8285/trace/smartConfigMask';
import { Trace } from '../../../src/esp8285/trace/trace';
import { told } from '../support/traceText';

const key = 'Qz7~kEy:Wx9';
const stars = '*'.repeat(key.length);
const conversation = (password: string) =>
  `smartconfig type:ESPTOUCH\r\nSmart get wifi info\r\nssid:my-ssid\r\npassword:${password}\r\nWIFI CONNECTED\r\n`;

/** What is shown of a text that comes in pieces. */
function shown(pieces: readonly string[]): string {
  const mask = new SmartConfigMask();
  return pieces.map((piece) => mask.mask(Buffer.from(piece, 'latin1')).toString('latin1')).join('');
}

describe('the key that SmartConfig has got', () => {
  it('is replaced, wherever its conversation is cut, and nothing else is', () => {
    const text = `\r\nOK\r\n${conversation(key)}`;
    for (let at = 0; at <= text.length; at++) {
      assert.equal(shown([text.slice(0, at), text.slice(at)]), `\r\nOK\r\n${conversation(stars)}`);
    }
    assert.equal(shown(Array.from(text)), `\r\nOK\r\n${conversation(stars)}`);
  });

  it('is replaced each time', () => {
    assert.equal(shown([conversation(key), conversation('x'), '\n']), `${conversation(stars)}${conversation('*')}\n`);
  });

  it('is replaced with empty lines between, and none is fine, too', () => {
    const spaced = (password: string) => conversation(password).replaceAll('\r\n', '\r\n\r\n');
    assert.equal(shown([spaced(key)]), spaced(stars));
    assert.equal(shown([conversation('')]), conversation(''));
  });

  it('is not looked for in payloads, such as a file of settings', () => {
    const file = 'wifi:\n  ssid: a\n  password: b\npassword:c\nssid:d\npassword:e\n';
    assert.equal(shown([file]), file);
  });

  it('leaves all other bytes as they are', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 40 })), (pieces) => {
        const mask = new SmartConfigMask();
        for (const piece of pieces) assert.deepStrictEqual(mask.mask(Buffer.from(piece)), Buffer.from(piece));
      }),
    );
  });

  it('is neither in the lines of the trace nor in its bytes', () => {
    const trace = new Trace(new VirtualTimeScheduler());
    const events = told(trace.events$);
    const bytes: string[] = [];
    trace.bytes.bytes$.subscribe((piece) => bytes.push(Buffer.from(piece.bytes).toString('latin1')));
    const pieces = [conversation(key).slice(0, 30), conversation(key).slice(30, 75), conversation(key).slice(75)];
    for (const piece of pieces) trace.bytes.carried('modem', Buffer.from(piece));
    for (const frame of cut(pieces.map((piece) => Buffer.from(piece)))) trace.heard(frame);
    assert.equal(bytes.join(''), conversation(stars));
    assert.ok(events.some((text) => text.endsWith(`password:${stars}`)));
    assert.ok(!events.join('\n').includes(key));
  });
});
