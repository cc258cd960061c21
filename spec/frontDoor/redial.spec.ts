import { describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, symlinkSync, unlinkSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { concatMap, filter, firstValueFrom } from 'rxjs';

import { createEmulator } from '../../src/emulator';
import { failureOf } from '../../harness/interfaces/failure';
import { addressOf } from '../../harness/interfaces/interfaces';
import { lineServer } from '../../harness/lines/lineServer';
import { openPty, type Pty } from '../../harness/lines/pty';
import { tcpServer, unusedPort } from '../../harness/peers/tcpServer';
import { program, talk } from './lineProgram';
import { quick } from './quickProgram';

describe.each([
  ['tcp', 'end', '1.7.4'],
  ['tcp', 'reset', '1.5'],
  ['rfc2217', 'end', '2.2.2'],
  ['rfc2217', 'reset', '1.7.4'],
] as const)('a %s server that starts again (%s), AT %s', (kind, how, firmware) => {
  it('is dialled again, and the interface is as before', async () => {
    const listeningPort = await unusedPort();
    await using server = await lineServer(kind, { ...quick, firmware, ports: { 80: listeningPort } });
    await using running = await program(`${kind}://127.0.0.1:${server.port}`);
    const { usocket, nic, history } = running;
    expect(await talk(running)).toBe('hello\n');
    await using peers = await tcpServer();
    const socket = usocket.socket();
    await socket.connect(addressOf(peers));
    await peers.accept();
    const listening = usocket.socket();
    await listening.bind(['0.0.0.0', 80]);
    await listening.listen();
    const accepting = listening.accept();

    const lost = Promise.all([failureOf(socket.recv(5)), failureOf(nic.scan())]);
    server.stop(how);
    for (const error of await lost) {
      expect(error.code).toBe('ENODEV');
      expect(error.message).toContain(`127.0.0.1:${server.port}`);
    }
    expect((await failureOf(usocket.socket().connect(addressOf(peers)))).code).toBe('ENODEV');
    // The third attempt tells that the pauses grow.
    await firstValueFrom(nic.status$.pipe(filter(({ redialIn }) => redialIn === 20)));
    await server.start();
    await running.is('up', 'up');
    expect(history.flatMap(({ redialIn }) => redialIn ?? []).slice(0, 3)).toEqual([5, 10, 20]);
    expect(await talk(running)).toBe('hello\n');
    const client = connect(listeningPort, '127.0.0.1');
    const [accepted] = await accepting;
    client.write('in\n');
    expect(String(await accepted.readline())).toBe('in\n');
    client.destroy();
    await accepted.close();
    await listening.close();
    await socket.close();
  });
});

describe('a server that is gone', () => {
  it.each(['start', 'reset'] as const)('is dialled at once by %s', async (method) => {
    await using server = await lineServer('tcp', { ...quick, firmware: '1.7.4' });
    const patient = { redial: { firstPause: 60_000, longestPause: 60_000 } };
    await using running = await program(`tcp://127.0.0.1:${server.port}`, patient);
    server.stop('end');
    await running.is('down', 'down');
    const failed = await failureOf(running.nic[method]());
    expect([failed.code, failed.message]).toEqual(['ENODEV', expect.stringContaining('nobody listens there')]);
    await server.start();
    await running.nic[method]();
    await running.is('up', 'up');
    expect(await talk(running)).toBe('hello\n');
  });

  it('is no reason to go on when the interface is closed, nor is one that never was there', async () => {
    await using server = await lineServer('tcp', { ...quick, firmware: '1.7.4' });
    const running = await program(`tcp://127.0.0.1:${server.port}`);
    server.stop('reset');
    await running.is('down', 'down');
    await running.nic.close();
    expect(running.history.at(-1)).toMatchObject({ modem: 'closed' });
    expect((await failureOf(program(`tcp://127.0.0.1:${server.port}`))).code).toBe('ECONNREFUSED');
  });
});

describe('an adapter that is unplugged', () => {
  it('and plugged in again under the same name has its line opened again', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'line-'));
    const path = join(folder, 'modem');
    const emulator = createEmulator({ ...quick, firmware: '1.7.4' });
    const ptys: Pty[] = [];
    const plugIn = (): Pty => {
      const pty = openPty();
      ptys.push(pty);
      pty.heard$.pipe(concatMap((bytes) => emulator.uart.write(bytes))).subscribe({ error: () => undefined });
      emulator.uart.rx$.subscribe({
        next: (bytes) => {
          if (ptys.at(-1) === pty) pty.say(bytes).catch(() => undefined);
        },
        error: () => undefined,
      });
      pty.listen();
      symlinkSync(pty.path, path);
      return pty;
    };
    const first = plugIn();
    const running = await program(path);
    expect(await talk(running)).toBe('hello\n');
    const lost = failureOf(running.nic.scan());
    unlinkSync(path);
    first.unplug();
    expect((await lost).code).toBe('ENODEV');
    await firstValueFrom(running.nic.status$.pipe(filter(({ redialIn }) => redialIn === 20)));
    plugIn();
    await running.is('up', 'up');
    expect(await talk(running)).toBe('hello\n');
    await running.nic.close();
    emulator.close();
    for (const pty of ptys) pty.close();
    rmSync(folder, { recursive: true });
  });
});
