import { describe, expect, it } from '@jest/globals';
import { filter, firstValueFrom } from 'rxjs';

import { machine, network } from '../../src';
import { failureOf } from '../../harness/interfaces/failure';
import { type LineServer, lineServer } from '../../harness/lines/lineServer';
import { program, talk } from './lineProgram';
import { quick } from './quickProgram';

const [usual, faster] = [115_200, 921_600] as const;

/** A line that is at both ends as fast as the interface tells, and carries what is said. */
async function expectSpeed(baud: number, running: Awaited<ReturnType<typeof program>>, { emulator }: LineServer) {
  expect([running.nic.baud, emulator.uart.baudRate, emulator.state.baud]).toEqual([baud, baud, baud]);
  expect(await talk(running)).toBe('hello\n');
}

describe.each(['1.5', '1.7.4', '2.2.2'] as const)('a faster line through a server of RFC 2217, AT %s', (firmware) => {
  const options = { ...quick, firmware };
  const urlOf = ({ port }: LineServer) => `rfc2217://127.0.0.1:${port}`;

  it.concurrent('is faster at both ends, once the server has said that its port can have the speed', async () => {
    await using server = await lineServer('rfc2217', options);
    await using running = await program(urlOf(server), { baud: faster });
    expect(server.asked).toEqual([usual, faster, usual, faster]);
    await expectSpeed(faster, running, server);
  });

  it.concurrent('has the next slower speed when the port of the server cannot have the wanted one', async () => {
    await using server = await lineServer('rfc2217', options, 460_800);
    await using running = await program(urlOf(server), { baud: faster });
    await expectSpeed(460_800, running, server);
  });

  it.concurrent('is changed by set_baud while it is in use, both ways', async () => {
    await using server = await lineServer('rfc2217', options);
    await using running = await program(urlOf(server));
    for (const baud of [faster, 9_600]) {
      expect(await running.nic.set_baud(baud)).toBe(baud);
      await expectSpeed(baud, running, server);
    }
  });

  it.concurrent('is faster again when the modem has started again, and its ready has come as noise', async () => {
    await using server = await lineServer('rfc2217', options);
    await using running = await program(urlOf(server), { baud: faster });
    const before = server.asked.length;
    let heard = '';
    server.emulator.uart.rx$.subscribe((bytes) => (heard += Buffer.from(bytes).toString('latin1')));
    const down = firstValueFrom(running.nic.status$.pipe(filter(({ modem }) => modem !== 'up')));
    server.emulator.fault({ kind: 'reset' });
    await down;
    await running.is('up', 'up');
    expect(heard).not.toContain('ready');
    expect(server.asked.slice(before)).toEqual([usual, faster]);
    await expectSpeed(faster, running, server);
  });

  it.concurrent(
    'is faster again when the server was lost, though its port is opened at the usual speed, and the modem keeps its own',
    async () => {
      await using server = await lineServer('rfc2217', options);
      await using running = await program(urlOf(server), { baud: faster });
      const before = server.asked.length;
      server.stop('reset');
      await running.is('down', 'down');
      expect(server.emulator.state.baud).toBe(faster);
      await server.start();
      await running.is('up', 'up');
      expect(server.asked.slice(before)).toEqual([usual, faster]);
      await expectSpeed(faster, running, server);
    },
  );
});

describe('a faster line through a raw serial server', () => {
  it('is EOPNOTSUPP, which names the way out, and the modem has heard nothing', async () => {
    await using server = await lineServer('tcp', quick);
    const said: unknown[] = [];
    server.emulator.uart.rx$.subscribe((bytes) => said.push(bytes));
    const uart = new machine.UART(`tcp://127.0.0.1:${server.port}`, usual);
    const error = await failureOf(network.ESP8285(uart, { baud: faster }));
    expect(error).toMatchObject({ code: 'EOPNOTSUPP', errno: 95 });
    expect(error.message).toMatch(/rfc2217:\/\/host:port/);
    expect(said).toEqual([]);
    // The line is free for another attempt, which works at the speed that the server has.
    const nic = await network.ESP8285(uart);
    expect(nic.baud).toBe(usual);
    expect((await failureOf(nic.set_baud(faster))).code).toBe('EOPNOTSUPP');
    expect(server.emulator.state.baud).toBe(usual);
    await nic.close();
  });
});
