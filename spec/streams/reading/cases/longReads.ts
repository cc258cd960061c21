import { data, lines, type ReadCase, recv } from './call';

export const dataCases: readonly ReadCase[] = [
  {
    title: 'emits every chunk as it arrives, until the stream ends',
    rx: '                                       -a--b-|',
    texts: { a: 'ab', b: 'c' },
    subs: '                                     ^-----!',
    reads: [{ call: data(), expected: '          -a--b-|', gives: { a: 'ab', b: 'c' } }],
    left: '',
  },
  {
    title: 'ends with an empty stream',
    rx: '                                       --|',
    subs: '                                     ^-!',
    reads: [{ call: data(), expected: '          --|' }],
    left: '',
  },
  {
    title: 'waits with a silent stream, and lets it go when it is unsubscribed',
    rx: '                                       -----',
    subs: '                                     ^---!',
    reads: [{ call: data(), during: '            ^---!', expected: '-----' }],
    left: '',
  },
  {
    title: 'starts with what has arrived already, and ends though the stream has ended before',
    rx: '                                       -a-b-|   ',
    texts: { a: 'ab', b: 'c' },
    reads: [{ call: data(), during: '            -------^ ', expected: '-------(ab|)', gives: { a: 'ab', b: 'c' } }],
    left: '',
  },
  {
    title: 'fails with the stream',
    rx: '                                       -a--#',
    texts: { a: 'ab' },
    subs: '                                     ^---!',
    reads: [{ call: data(), expected: '          -a--#', gives: { a: 'ab' } }],
    left: '',
  },
  {
    title: 'emits what arrived before a failure first',
    rx: '                                       -a-b-#   ',
    texts: { a: 'ab', b: 'c' },
    reads: [
      { call: data(), during: '                  -------^ ', expected: '-------(a#)', gives: { a: 'abc' } },
      { call: data(), during: '                  -------^ ', expected: '-------#' },
    ],
    left: '',
  },
  {
    title: 'leaves to the next reader what it has not emitted when it is unsubscribed',
    rx: ['ab', 'c', 'd'],
    reads: [
      { call: data(2), expected: '(ab|)', gives: { a: 'ab', b: 'c' } },
      { call: data(), expected: ' (d|)', gives: { d: 'd' } },
    ],
    isInTurn: true,
    left: '',
  },
  {
    title: 'takes no more of a synchronous source than it emits',
    rx: ['ab', 'c', 'd'],
    reads: [{ call: data(2), expected: '(ab|)', gives: { a: 'ab', b: 'c' } }],
    left: 'd',
  },
  {
    title: 'is one long read: another waits until it is over',
    rx: '                                       -a-b-a-',
    texts: { a: 'ab', b: 'cd' },
    reads: [
      { call: data(), during: '                  --!    ', expected: '-a', gives: { a: 'ab' } },
      { call: recv(9), expected: '               ---(r|)', gives: 'cd' },
    ],
    isInTurn: true,
    left: 'ab',
  },
];

export const linesCases: readonly ReadCase[] = [
  {
    title: 'emits every line as it becomes whole, and the last without its newline',
    rx: '                                       -a--b---c-|   ',
    texts: { a: 'ab', b: '\nc\n\nd', c: 'ef' },
    subs: '                                     ^---------!   ',
    reads: [
      { call: lines(), expected: '               ----(abc)-(d|)', gives: { a: 'ab\n', b: 'c\n', c: '\n', d: 'def' } },
    ],
    left: '',
  },
  {
    title: 'ends after a whole line',
    rx: '                                       -a-|',
    texts: { a: 'ab\n' },
    subs: '                                     ^--!',
    reads: [{ call: lines(), expected: '         -a-|', gives: { a: 'ab\n' } }],
    left: '',
  },
  {
    title: 'ends with an empty stream',
    rx: '                                       ---|',
    subs: '                                     ^--!',
    reads: [{ call: lines(), expected: '         ---|' }],
    left: '',
  },
  {
    title: 'waits while no line is whole, and lets the source go when it is unsubscribed',
    rx: '                                       -a---',
    texts: { a: 'ab' },
    subs: '                                     ^---!',
    reads: [{ call: lines(), during: '           ^---!', expected: '-----' }],
    left: 'ab',
  },
  {
    title: 'emits the lines before a failure, and leaves what is not a line to recv',
    rx: '                                       -a-#   ',
    texts: { a: 'ab\ncd' },
    reads: [
      { call: lines(), expected: '               -a-#   ', gives: { a: 'ab\n' } },
      { call: recv(9), during: '                 -----^ ', expected: '-----(r|)', gives: 'cd' },
    ],
    left: '',
  },
  {
    title: 'fails with the stream in the middle of a line',
    rx: '                                       -a-#',
    texts: { a: 'ab\ncd' },
    subs: '                                     ^--!',
    reads: [{ call: lines(), expected: '         -a-#', gives: { a: 'ab\n' } }],
    left: 'cd',
  },
  {
    title: 'leaves later lines to the next reader when it is unsubscribed',
    rx: ['a\nb\n', 'c\nd'],
    reads: [
      { call: lines(2), expected: '(ab|)', gives: { a: 'a\n', b: 'b\n' } },
      { call: lines(), expected: ' (cd|)', gives: { c: 'c\n', d: 'd' } },
    ],
    isInTurn: true,
    left: '',
  },
  {
    title: 'takes no more of a synchronous source than it emits',
    rx: ['a\nb\n', 'c\nd'],
    reads: [{ call: lines(2), expected: '(ab|)', gives: { a: 'a\n', b: 'b\n' } }],
    left: 'c\nd',
  },
  {
    title: 'gets a line of any length, whatever the capacity',
    rx: '                                       -a-a-b-',
    texts: { a: 'abcd', b: '\n' },
    capacity: 4,
    subs: '                                     ^-----!',
    reads: [{ call: lines(), during: '           ^-----!', expected: '-----r', gives: 'abcdabcd\n' }],
    left: '',
    room: 4,
  },
];
