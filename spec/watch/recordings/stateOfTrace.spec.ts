import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';
import { concat, concatMap, ignoreElements, NEVER, of, take, timer, VirtualTimeScheduler } from 'rxjs';

import { firmwareVersions } from '../../../src/emulator';
import { recordUart, virtualModem } from '../../../src/testing';
import { type InterfaceState, readRecording } from '../../../src/watch';

function statesOf(lines: readonly string[]): readonly InterfaceState[] {
  return readRecording(lines.map((line) => `${line}\n`).join('')).flatMap((event) =>
    event.type === 'state' ? [event.state] : [],
  );
}

/** A state in a few words. */
function outline({ wifi, ssid, address, links }: InterfaceState): string {
  const shown = links.map(({ id, kind, stage, remote, received, sent, waiting }) => {
    const peer = remote ? `${remote.address}:${remote.port} ` : '';
    return `${id} ${kind} ${stage} ${peer}${received}/${sent}/${waiting}`;
  });
  return [wifi, ssid, address, ...shown].filter((part) => part !== undefined).join(', ');
}

describe('the states that are derived from a recording', () => {
  it.each(firmwareVersions)('are those of the driver, with AT %s', (firmware) => {
    const scheduler = new VirtualTimeScheduler();
    let text = '';
    const { nic, online$, socket } = virtualModem({
      scheduler,
      firmware,
      hosts: { '192.168.1.9:7000': (asked$) => concat(asked$.pipe(take(1)), of('x'.repeat(5_000)), NEVER) },
      line: (uart) => recordUart(uart, { scheduler, sink: (line) => (text += line) }),
    });
    const sock = socket();
    let known: unknown;
    online$
      .pipe(
        concatMap(() => nic.ifconfig$()),
        concatMap(() => sock.connect$(['192.168.1.9', 7000])),
        concatMap(() => sock.sendall$('hello')),
        concatMap(() => sock.read$(5_005)),
        concatMap(() => timer(500, scheduler)),
        concatMap(() => {
          const { details } = nic;
          const { firmware: version, ssid, address, wifi, links } = details;
          known = { version, ssid, address, wifi, links };
          return nic.close$();
        }),
        ignoreElements(),
      )
      .subscribe({ error: (error: unknown) => assert.fail(String(error)) });
    scheduler.flush();
    const derived = statesOf(text.trimEnd().split('\n')).map((state) => {
      const { firmware: version, ssid, address, wifi, links } = state;
      return { version, ssid, address, wifi, links };
    });
    assert.ok(known !== undefined);
    assert.ok(
      derived.some((state) => isDeepStrictEqual(state, known)),
      `${JSON.stringify(known)}\n${derived.map((state) => JSON.stringify(state)).join('\n')}`,
    );
  });

  it('have a network that is joined, named by its answer, left and lost', () => {
    const said = [
      '0 > AT+CWJAP="a\\\\"b","****"\\r\\n',
      '1 < WIFI DISCONNECT\\r\\nWIFI CONNECTED\\r\\n',
      '1 < WIFI GOT IP\\r\\n\\r\\nOK\\r\\n',
      '1 > AT+CWQAP\\r\\n',
      '1 < \\r\\nOK\\r\\n',
      '1 > AT+CWJAP?\\r\\n',
      '1 < +CWJAP:"net","aa:bb:cc:dd:ee:ff",1,-50\\r\\n\\r\\nOK\\r\\n',
      '1 > AT+CIFSR\\r\\n',
      '1 < +CIFSR:STAIP,"192.168.1.7"\\r\\n\\r\\nOK\\r\\n',
      '1 < WIFI DISCONNECT\\r\\n',
      '1 > AT+CWJAP="c","****"\\r\\n',
      '1 < +CWJAP:2\\r\\n\\r\\nFAIL\\r\\n',
    ];
    assert.deepStrictEqual(statesOf(said).map(outline), [
      'joining, a"b',
      'up, a"b',
      'down',
      'up, net',
      'up, net, 192.168.1.7',
      'down',
      'joining, c',
      'down',
    ]);
  });

  it('have the links that are opened, used, refused and closed, and none after a restart', () => {
    const said = [
      '0 > AT+CIPSTART=1,"UDP","10.0.0.1",53,0,2\\r\\n',
      '1 < 1,CONNECT\\r\\n\\r\\nOK\\r\\n',
      '1 > AT+CIPSTART=2,"SSL","host.example",443\\r\\n',
      '1 < \\r\\nERROR\\r\\n',
      '1 < 0,CONNECT\\r\\n',
      '1 < \\r\\n+IPD,0,30\\r\\n',
      '1 < \\r\\n+IPD,0,5:hello',
      '5000 > AT+CIPCLOSE=5\\r\\n',
      '1 < 0,CLOSED\\r\\n1,CLOSED\\r\\n\\r\\nOK\\r\\n',
      '1 < 3,CONNECT\\r\\n',
      '1 < \\r\\nready\\r\\n',
    ];
    assert.deepStrictEqual(statesOf(said).map(outline), [
      'up, 1 udp open 0/0/0',
      'up, 1 udp open 0/0/0, 2 tls opening host.example:443 0/0/0',
      'up, 1 udp open 0/0/0',
      'up, 0 tcp open 0/0/0, 1 udp open 0/0/0',
      'up, 0 tcp open 5/0/25, 1 udp open 0/0/0',
      'up, 1 udp open 0/0/0',
      'up',
      'up, 3 tcp open 0/0/0',
      'down',
    ]);
  });

  it('are not told before the conversation tells whether there is a network', () => {
    assert.deepStrictEqual(statesOf(['0 > AT\\r\\n', '1 < \\r\\nOK\\r\\n', '1 > AT+CIPSEND=0,2\\r\\n']), []);
  });
});
