import { describe, expect, it } from '@jest/globals';
import { strict as assert } from 'node:assert';
import { EMPTY, firstValueFrom, NEVER, of } from 'rxjs';

import { machine } from '../../../src';
import { openUart, rfc2217Uart, serialUart, type Rfc2217UartOptions } from '../../../src/transports';
import { withSignals } from '../../../src/transports/serial/controlSignals';
import { OSError } from '../../../src/usocket/contract/osError';
import { openPty } from '../../../harness/lines/pty';
import { tcpServer } from '../../../harness/peers/tcpServer';
import { TelnetPeer, type TelnetPeerOptions } from '../../../harness/lines/telnetPeer';
import { settled, writable } from '../support/uart';

describe('the control signals of a serial port', () => {
  type Levels = Parameters<Parameters<typeof withSignals>[1]['set']>[0];

  /** A port that opens and sets its wires when it is told to. */
  function port() {
    const set: Levels[] = [];
    let onOpen = (): void => undefined;
    let onSet: ((error: Error | null) => void) | undefined;
    return {
      set,
      open: () => {
        onOpen();
      },
      isSet: (error: Error | null) => {
        onSet?.(error);
      },
      port: {
        once: (_event: string, listener: () => void) => {
          onOpen = listener;
        },
        set: (levels: Levels, callback: typeof onSet) => {
          set.push(levels);
          onSet = callback;
        },
      } as unknown as Parameters<typeof withSignals>[1],
    };
  }

  function lineOf(one: ReturnType<typeof port>, wires: Parameters<typeof withSignals>[2]) {
    const sent: string[] = [];
    const line = withSignals(
      {
        name: 'COM3',
        received$: NEVER,
        writable$: of(true),
        longestPause: 100,
        send: (bytes) => {
          sent.push(String(Buffer.from(bytes)));
          return EMPTY;
        },
        release: () => EMPTY,
      },
      one.port,
      wires,
    );
    return { line, sent };
  }

  it.each([
    [{ dtr: false }, { dtr: false, rts: true }],
    [{ rts: false }, { dtr: true, rts: false }],
    [
      { dtr: false, rts: false },
      { dtr: false, rts: false },
    ],
  ])('are set as %j tells, in one step, before anything is sent', (wires, expected) => {
    const one = port();
    const { line, sent } = lineOf(one, wires);
    const levels: boolean[] = [];
    const reading = line.writable$.subscribe((level) => levels.push(level));
    const writing = line.send(Buffer.from('AT')).subscribe();
    one.open();
    expect([one.set, sent, levels]).toEqual([[expected], [], [false]]);
    one.isSet(null);
    expect([sent, levels]).toEqual([['AT'], [false, true]]);
    reading.unsubscribe();
    writing.unsubscribe();
  });

  it('hold back what is sent, which then leaves before what is sent because the port is ready', () => {
    const one = port();
    const { line, sent } = lineOf(one, { dtr: false });
    const send = (text: string) => line.send(Buffer.from(text)).subscribe();
    const reading = line.writable$.subscribe((level) => level && send('later'));
    send('first');
    one.open();
    one.isSet(null);
    expect(sent).toEqual(['first', 'later']);
    reading.unsubscribe();
  });

  it('that it does not have are told, and the port is used without', async () => {
    const pty = openPty();
    const uart = serialUart({ path: pty.path, dtr: false, rts: false, hupcl: false });
    await writable(uart);
    const notice = await firstValueFrom(uart.notices$ ?? EMPTY);
    expect(notice).toContain(`${pty.path}: the signals DTR and RTS cannot be set here`);
    await settled(uart.write(Buffer.from('x')));
    await settled(uart.close());
    pty.close();
  });

  it.each(['/dev/ttyUSB0', 'rfc2217://127.0.0.1:2217'])(
    'cannot be set where flow control has them: EINVAL, %s',
    (target) => {
      for (const open of [openUart, (name: string, options: object) => new machine.UART(name, 115_200, options)]) {
        assert.throws(
          () => open(target, { rts: true, rtscts: true }),
          (error) => error instanceof OSError && error.code === 'EINVAL' && error.message.includes('rtscts'),
        );
      }
    },
  );
});

describe('the control signals of a line of RFC 2217', () => {
  /** What the server is asked with SET-CONTROL while the line is open and by its end, and what the line tells. */
  async function asked(options: Partial<Rfc2217UartOptions>, peerOptions: TelnetPeerOptions = {}) {
    await using server = await tcpServer();
    const { address: host, port } = server.endpoint;
    const uart = rfc2217Uart({ host, port, timeout: 2000, ...options });
    const peer = new TelnetPeer(await server.accept(), peerOptions);
    await writable(uart);
    const notices: string[] = [];
    uart.notices$?.subscribe((notice) => notices.push(notice.replace(/^.*SET-CONTROL/, 'SET-CONTROL')));
    const control = () => peer.asked.filter(([what, code]) => what === 'SET' && code === 5).map(([, , value]) => value);
    const atFirst = control().length;
    // Its last answers come too late, and may have the connection broken off.
    const ended = new Promise((resolve) => peer.socket.once('end', resolve).once('error', resolve));
    await settled(uart.close());
    await ended;
    return { open: control().slice(0, atFirst), end: control().slice(atFirst), notices };
  }

  it.each([
    [{}, [1], []],
    [{ dtr: false, rts: false }, [1, 9, 12], []],
    [{ dtr: true, rts: true }, [1, 8, 11], []],
    [{ dtr: false, rtscts: true }, [3, 9], []],
    [{ hupcl: true }, [1], [9, 12]],
    [{ dtr: true, hupcl: false }, [1, 8], []],
  ])('are set as %j tells, and left so', async (options, open, end) => {
    expect(await asked(options)).toEqual({ open, end, notices: [] });
  });

  it('that the server does not set are told', async () => {
    const { notices } = await asked(
      { dtr: false, rts: false },
      {
        confirm: (code, value) => {
          if (code !== 5 || value[0] === 1) return value;
          return value[0] === 9 ? [8] : undefined;
        },
      },
    );
    expect(notices).toEqual([
      'SET-CONTROL DTR off, the serial server answered 8',
      'SET-CONTROL RTS off, the serial server did not answer',
    ]);
  });
});
