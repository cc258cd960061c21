import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';

import type { Frame } from '../../../../src/esp8285/grammar/frame';
import { cut, latin1 } from '../../../../harness/modems/frames';

interface Log {
  /** What was seen, and in which public report. */
  readonly seen: string;
  readonly printed: string;
  readonly frames: readonly string[];
}

/** What real modems have printed, with other payloads, names and addresses. */
const logs: readonly Log[] = [
  {
    seen: 'a client of the soft AP comes, sends, and ends with CONNECT FAIL behind its data (STM32 web server, 2023)',
    printed:
      '+STA_CONNECTED:"02:00:00:00:00:01"\r\n+DIST_STA_IP:"02:00:00:00:00:01","192.0.2.2"\r\n0,CONNECT\r\n' +
      '\r\n+IPD,0,19:GET / HTTP/1.1\r\n\r\n\n0,CONNECT FAIL\r\n+STA_DISCONNECTED:"02:00:00:00:00:01"\r\n',
    frames: ['station', 'station', 'opened 0', 'block 0 19', 'closed 0', 'station'],
  },
  {
    seen: 'an end directly behind a result (rt-esp-at-nal issue 15)',
    printed: '\r\nSEND OK\r\n0,CLOSED\r\n',
    frames: ['sent', 'closed 0'],
  },
  {
    seen: 'a start ends in Invalid in place of ready (ESP8266_AT_Commands_parser issue 38)',
    printed:
      '\r\nOK\r\n ets Jan  8 2013,rst cause:4, boot mode3,6)\r\n\r\nwdt reset\r\nload 0x40100000, len 816, room 16\r\n' +
      'tail 0\r\nchksum 0x8d\r\ncsum 0xcf\r\n\r\n2nd boot version : 1.2\r\n  SPI Speed      : 40MHz\r\n' +
      'jump to run user1\r\n\r\nAi-ThinkerTechnology Co. Ltd.\r\n\r\nInvalid\r\n',
    frames: [
      ...['final', 'booting', 'booting', 'doubtful', 'doubtful', 'doubtful', 'doubtful', 'doubtful', 'unknown'],
      ...['doubtful', 'unknown', 'doubtful'],
    ],
  },
  {
    seen: 'a start that has failed is told by +LINK_CONN:1, and data come to a busy modem (NONOS_SDK issue 184)',
    printed:
      '+LINK_CONN:1,3,"TCP",0,"192.0.2.85",80,1998\r\n\r\nERROR\r\n\r\nbusy p...\r\n' +
      '\r\n+IPD,4,17:MyRN\x00\x00\x00\x00\x00\x01\x80\x00\x00^\x04\xa4\x0c' +
      '\r\n+IPD,4,17:MyRN\x00\x00\x00\x00\x00\x01\x80\x00\x00^\x04\xa4\x0c\r\nbusy p...\r\n4,CLOSED\r\n',
    frames: ['line', 'final', 'busy', 'block 4 17', 'block 4 17', 'busy', 'closed 4'],
  },
  {
    seen: 'a port for datagrams is opened with lines of a log (esp-at issue 451)',
    printed: 'local port:2390\r\n\r\nchange type:2\r\n\r\n4,CONNECT\r\n\r\nOK\r\n\r\n+IPD,4,8:0123456\n',
    frames: ['line', 'line', 'opened 4', 'final', 'block 4 8'],
  },
  {
    seen: 'the network comes back inside an answer (WiFiEspAT issue 105)',
    printed: 'WIFI CONNECTED\r\nSTATUS:0\r\n\r\nOK\r\nWIFI GOT IP\r\n',
    frames: ['wifi', 'line', 'final', 'wifi'],
  },
  {
    seen: 'a refused start is busy for long, and its end comes behind the refusal (WiFiEspAT issue 94)',
    printed: '\r\nbusy p...\r\n\r\nbusy p...\r\n\r\nERROR\r\n4,CLOSED\r\n',
    frames: ['busy', 'busy', 'final', 'closed 4'],
  },
  {
    seen: 'notices count all that waits, and come before the result of a send (WiFiEspAT issue 94)',
    printed: '\r\nRecv 2 bytes\r\n\r\n+IPD,4,31\r\n\r\n+IPD,4,68\r\n\r\n+IPD,4,107\r\n\r\nSEND OK\r\n',
    frames: ['taken', 'notice 4', 'notice 4', 'notice 4', 'sent'],
  },
];

function shown(frame: Frame): string {
  if (frame.kind === 'unknown') return frame.isDoubtful ? 'doubtful' : 'unknown';
  if (!('link' in frame)) return frame.kind;
  return `${frame.kind} ${frame.link}${frame.kind === 'block' ? ` ${frame.length}` : ''}`;
}

function pieces(bytes: Buffer, size: number): readonly Buffer[] {
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) => bytes.subarray(at * size, (at + 1) * size));
}

describe('a public log', () => {
  it.each(logs)('$seen: is understood, whatever the chunks', ({ printed, frames }) => {
    const bytes = latin1(printed);
    const halves = Array.from(bytes.keys(), (at) => [bytes.subarray(0, at), bytes.subarray(at)]);
    for (const chunks of [[bytes], ...halves, ...[1, 2, 3, 5, 7, 32].map((size) => pieces(bytes, size))]) {
      const understood = cut(chunks, { numbersLinks: true, prompt: false, reading: undefined }).map(shown);
      assert.deepStrictEqual(understood, frames, `in ${chunks.length} chunks, the first of ${chunks[0]?.length} bytes`);
    }
  });
});
