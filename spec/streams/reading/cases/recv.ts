import { type ReadCase, recv } from './call';

export const recvCases: readonly ReadCase[] = [
  {
    title: 'emits an empty buffer when the stream ends without a byte',
    rx: '                                       ---|    ',
    subs: '                                     ^--!    ',
    reads: [{ call: recv(4), expected: '         ---(r|) ', gives: '' }],
    left: '',
  },
  {
    title: 'waits while nothing comes',
    rx: '                                       -----',
    subs: '                                     ^---!',
    reads: [{ call: recv(4), during: '           ^---!', expected: '-----' }],
    left: '',
  },
  {
    title: 'takes a chunk as soon as it arrives, and lets the source go',
    rx: '                                       --a---b--|',
    texts: { a: 'abc', b: 'd' },
    subs: '                                     ^-!       ',
    reads: [{ call: recv(4), expected: '         --(r|)    ', gives: 'abc' }],
    left: 'd',
  },
  {
    title: 'takes no more than it was asked for',
    rx: '                                       --a------|',
    texts: { a: 'abcdef' },
    subs: '                                     ^-!       ',
    reads: [{ call: recv(4), expected: '         --(r|)    ', gives: 'abcd' }],
    left: 'ef',
  },
  {
    title: 'fails with the stream when nothing has arrived',
    rx: '                                       ---#',
    subs: '                                     ^--!',
    reads: [{ call: recv(4), expected: '         ---#' }],
    left: '',
  },
  {
    title: 'takes what arrived before a failure first',
    rx: '                                       -a-#      ',
    texts: { a: 'ab' },
    reads: [
      { call: recv(4), during: '                 -----^    ', expected: '-----(r|)', gives: 'ab' },
      { call: recv(4), during: '                 -----^    ', expected: '-----#' },
    ],
    left: '',
  },
  {
    title: 'takes nothing when it is unsubscribed',
    rx: '                                       --a',
    texts: { a: 'ab' },
    subs: '                                     ^! ',
    reads: [{ call: recv(4), during: '           ^! ', expected: '-' }],
    left: 'ab',
  },
  {
    title: 'reads a synchronous source',
    rx: ['abc', 'd'],
    reads: [{ call: recv(2), expected: '(r|)', gives: 'ab' }],
    left: 'cd',
  },
  {
    title: 'does not wait for no bytes',
    rx: '                                       -',
    subs: '',
    reads: [{ call: recv(0), expected: '         (r|)', gives: '' }],
    left: '',
  },
  {
    title: 'joins what has arrived in several chunks, and takes no more than it was asked for',
    rx: '                                       (abcd)   ',
    texts: { a: 'abc', b: 'de', c: 'f', d: 'ghi' },
    reads: [
      { call: recv(7), during: '                 -------^  ', expected: '-------(r|)', gives: 'abcdefg' },
      { call: recv(4096), during: '              -------^  ', expected: '-------(r|)', gives: 'hi' },
    ],
    left: '',
  },
];
