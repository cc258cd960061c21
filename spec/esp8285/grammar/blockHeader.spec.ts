import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';

import { blockHeader, longestHeader } from '../../../src/esp8285/grammar/blockHeader';

/** Of link 3, of which data have been asked for, unless the row says otherwise. */
const reading = 3;
const pushed = { pulled: false, numbered: true };
const pulled = { pulled: true, numbered: true, link: reading };

describe('blockHeader', () => {
  it.each([
    ['pushed', '+IPD,4,75:', { ...pushed, size: 10, link: 4, length: 75 }],
    ['pushed on the only link', '+IPD,75:', { ...pushed, numbered: false, size: 8, link: 0, length: 75 }],
    ['of no bytes', '+IPD,0,0:', { ...pushed, size: 9, link: 0, length: 0 }],
    ['of more bytes than can be', '+IPD,0,9999999999:', { ...pushed, size: 18, link: 0, length: 9_999_999_999 }],
    [
      'with a sender, as AT 1.x prints it',
      '+IPD,1,2,192.0.2.9,53:',
      { ...pushed, size: 22, link: 1, length: 2, remote: { address: '192.0.2.9', port: 53 } },
    ],
    [
      'with a sender, as AT 2 prints it',
      '+IPD,1,2,"192.0.2.9",53:',
      { ...pushed, size: 24, link: 1, length: 2, remote: { address: '192.0.2.9', port: 53 } },
    ],
    [
      'with a sender of IPv6',
      '+IPD,1,2,"fe80::1:2",53:',
      { ...pushed, size: 24, link: 1, length: 2, remote: { address: 'fe80::1:2', port: 53 } },
    ],
    [
      'with a sender, on the only link',
      '+IPD,2,192.0.2.9,53:',
      { ...pushed, numbered: false, size: 20, link: 0, length: 2, remote: { address: '192.0.2.9', port: 53 } },
    ],
    ['pulled from AT 1.7', '+CIPRECVDATA,75:', { ...pulled, size: 16, length: 75 }],
    ['pulled from AT 2', '+CIPRECVDATA:75,', { ...pulled, size: 16, length: 75 }],
  ])('reads one %s', (_, text, header) => {
    assert.deepStrictEqual(blockHeader(text, reading), header);
    assert.deepStrictEqual(blockHeader(`${text}+IPD,0,9:payload`, reading), header, 'whatever follows it');
  });

  it.each(['+IPD,4,75:', '+IPD,1,2,"192.0.2.9",53:', '+CIPRECVDATA,75:', '+CIPRECVDATA:75,'])(
    'waits for all of %s',
    (text) => {
      for (let size = 0; size < text.length; size++) assert.equal(blockHeader(text.slice(0, size), reading), undefined);
    },
  );

  it.each([
    ['not at the start', 'OK+IPD,4,75:'],
    ['a number that no link has', '+IPD,5,75:'],
    ['no length', '+IPD,4,:'],
    ['a negative length', '+IPD,4,-5:'],
    ['a length of eleven digits', '+IPD,4,12345678901:'],
    ['a sender without a port', '+IPD,4,75,192.0.2.9:'],
    ['a name in small letters', '+ipd,4,75:'],
    ['a notice, which has no colon', '+IPD,4,75\r\n'],
    ['data without a length', '+CIPRECVDATA:,'],
  ])('reads none with %s', (_, text) => {
    assert.equal(blockHeader(text, reading), undefined);
  });

  it('reads data only when they have been asked for, and link 0 is one that may be', () => {
    assert.equal(blockHeader('+CIPRECVDATA,75:', undefined), undefined);
    assert.equal(blockHeader('+CIPRECVDATA,75:', 0)?.link, 0);
  });

  it('has room for the longest', () => {
    const longest = `+IPD,4,9999999999,"${'ffff:'.repeat(7)}ffff",65535:`;
    assert.ok(longest.length <= longestHeader);
    assert.equal(blockHeader(longest, reading)?.size, longest.length);
  });
});
