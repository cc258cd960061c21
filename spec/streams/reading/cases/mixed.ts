import { peek, read, type ReadCase, readinto, readline, recv } from './call';

export const mixedCases: readonly ReadCase[] = [
  {
    title: 'are served in order: a small one does not steal from a large one before it',
    rx: '                                       -a-b-c--',
    texts: { a: 'abcd', b: 'efgh', c: 'ijkl' },
    reads: [
      { call: read(10), expected: '              -----(r|)', gives: 'abcdefghij' },
      { call: recv(1), expected: '               -----(r|)', gives: 'k' },
    ],
    isInTurn: true,
    left: 'l',
  },
  {
    title: 'of each kind follow each other without a gap',
    rx: '                                       -a-b-c-|    ',
    texts: { a: 'ab\ncd', b: 'efgh', c: 'ij' },
    reads: [
      { call: readline(), expected: '            -(r|)       ', gives: 'ab\n' },
      { call: recv(1), expected: '               -(r|)       ', gives: 'c' },
      { call: peek(9), expected: '               -(r|)       ', gives: 'd' },
      { call: readinto(2), expected: '           ---(r|)     ', gives: '2 de' },
      { call: readline(2), expected: '           ---(r|)     ', gives: 'fg' },
      { call: read(), expected: '                -------(r|) ', gives: 'hij' },
      { call: recv(1), expected: '               -------(r|) ', gives: '' },
    ],
    isInTurn: true,
    left: '',
  },
  {
    title: 'start when they are subscribed to',
    rx: '                                       -a-----',
    texts: { a: 'abcd' },
    reads: [
      { call: recv(2), during: '                 ----^  ', expected: '----(r|)', gives: 'ab' },
      { call: recv(2), during: '                 ----^  ', expected: '----(r|)', gives: 'cd' },
    ],
    left: '',
  },
  {
    title: 'that are cancelled while they wait for bytes take none',
    rx: '                                       -a-b---',
    texts: { a: 'ab', b: 'cd' },
    reads: [
      { call: read(3), during: '                 --!    ', expected: '-' },
      { call: read(4), expected: '               ---(r|)', gives: 'abcd' },
    ],
    isInTurn: true,
    left: '',
  },
  {
    title: 'that are cancelled while they wait for their turn take none',
    rx: '                                       -a-b---',
    texts: { a: 'ab', b: 'cd' },
    reads: [
      { call: read(3), expected: '               ---(r|)', gives: 'abc' },
      { call: recv(1), during: '                 --!    ', expected: '-' },
      { call: recv(1), expected: '               ---(r|)', gives: 'd' },
    ],
    isInTurn: true,
    left: '',
  },
  {
    title: 'of a synchronous source find its bytes one after the other, and its end',
    rx: ['ab', 'c\nd'],
    reads: [
      { call: readline(), expected: '(r|)', gives: 'abc\n' },
      { call: read(), expected: '    (r|)', gives: 'd' },
      { call: recv(9), expected: '   (r|)', gives: '' },
    ],
    left: '',
  },
];
