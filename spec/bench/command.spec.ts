import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { type Cold, duration } from '../../harness/bench/bench';
import { benchCommand, optionsOf } from '../../harness/bench/command';
import type { ManyFigure } from '../../harness/bench/many/manyFigures';
import type { Row } from '../../harness/bench/results';
import { runProgram } from '../../harness/processes/program';

describe('npm run bench', () => {
  let folder: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'bench-'));
  });

  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  interface Measured {
    readonly row: Row;
    readonly cold: Cold;
    readonly printed: readonly string[];
  }

  /** Measures one figure with a line of 2 Mbaud, and returns its row and what was printed. */
  async function measure(figure: string, warmUp = 2): Promise<Measured> {
    const json = join(folder, `${figure}.json`);
    const modem = ['--firmware', '1.7.4', '--receive', 'pulled', '--baud', '2000000', '--seconds', '0.05'];
    const args = [...modem, '--warm-up', String(warmUp), '--only', figure, '--seed', '7', '--json', json];
    const printed: string[] = [];
    await benchCommand((line) => printed.push(line)).parseAsync(args, { from: 'user' });
    const { rows, cold } = JSON.parse(readFileSync(json, 'utf8')) as {
      readonly rows: readonly Row[];
      readonly cold: Cold;
    };
    expect(rows).toHaveLength(1);
    return { row: rows[0]!, cold, printed: printed.join('\n').trim().split('\n') };
  }

  it('measures a transfer both ways, with figures that add up', async () => {
    const { row, printed } = await measure('both-ways');
    expect(row).toMatchObject({ firmware: '1.7.4', receive: 'pulled', baud: 2_000_000, figure: 'both-ways' });
    // Half of what the line carries in 0.05 s, in each direction.
    expect(row.bytes).toBe(5000);
    const { driver, bareLoop, barePort } = row.results;
    for (const { seconds, processor, rate, ofLine } of [driver, bareLoop, barePort]) {
      expect(processor).toBeGreaterThan(0);
      expect(rate).toBeCloseTo(5000 / seconds);
      expect(ofLine).toBeCloseTo(5000 / seconds / 200_000);
      // No program is faster than the line.
      expect(ofLine).toBeLessThanOrEqual(1);
    }
    expect(row.ratios.toLoop.speed).toBeCloseTo(bareLoop.seconds / driver.seconds);
    expect(row.ratios.toPort.processor).toBeCloseTo(driver.processor / barePort.processor);
    expect(printed[0]).toBe('AT 1.7.4, pulled, 2000000 baud');
    expect(printed[1]).toMatch(/^figure +rx-usocket +bound +bare loop +segments +bare port /);
    expect(printed[2]).toMatch(/^both-ways( +[\d.]+ %){5} /);
  });

  it('measures one byte there and back', async () => {
    const { row, cold, printed } = await measure('echo', 51);
    const { driver, bareLoop, bareSegments, barePort } = row.results;
    for (const { latency } of [driver, bareLoop, bareSegments!, barePort]) {
      // The peer is 5 ms away, and timers may be a little early.
      expect(latency!.median).toBeGreaterThan(4);
      expect(latency!.p95).toBeGreaterThanOrEqual(latency!.median);
    }
    expect(row.ratios.toLoop.speed).toBeCloseTo(driver.latency!.median / bareLoop.latency!.median);
    expect(printed[2]).toMatch(/^echo +[\d.]+, [\d.]+ ms /);
    expect(Object.values(cold).map(({ length }) => length)).toEqual([51, 51, 51, 51]);
    expect(printed.slice(-5).join('\n')).toMatch(
      /^rounds +1 to 50\nrx-usocket +[\d.]+ ms\n(.+ ms\n){2}bare port +[\d.]+ ms$/,
    );
  });

  it('measures several modems in one process', async () => {
    const json = join(folder, 'many.json');
    // At a higher speed, a machine that is busy for a quarter of a second loses bytes: nothing holds the modem back.
    const modem = ['--firmware', '2.2.2', '--baud', '115200', '--seconds', '0.5', '--seed', '7'];
    const { code, stdout, stderr } = await runProgram('scripts/bench.ts', ['--modems', '2', ...modem, '--json', json]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const { many } = JSON.parse(readFileSync(json, 'utf8')) as { readonly many: readonly ManyFigure[] };
    expect(many.map(({ modems }) => modems)).toEqual([1, 2]);
    for (const { idle, busy } of many) {
      expect(busy.processorPerModem).toBeGreaterThan(idle.processorPerModem);
      expect(busy.ofLine).toBeGreaterThan(0);
      // A link may have been read before the observation began, so the line is not the limit.
      expect(busy.fastest).toBeGreaterThanOrEqual(busy.slowest);
      expect(busy.memory.resident).toBeGreaterThan(busy.memory.heap);
    }
    expect(stdout).toContain('AT 2.2.2, adaptive, 115200 baud, 5 links of each modem');
    expect(stdout).toMatch(/^modems +processor per modem: idle +receiving /m);
  });

  it.each([
    ['a minute', { quick: true }, 50, 65],
    ['less than 12 minutes', { markdown: true }, 540, 720],
    ['about 20 minutes', {}, 1140, 1320],
  ] as const)('takes %s with %j', (_, given, least, most) => {
    const seconds = duration(optionsOf({ runs: 1, seed: 1, ...given }));
    expect(seconds).toBeGreaterThan(least);
    expect(seconds).toBeLessThan(most);
  });

  it.each([
    ['--only', 'nothing', 'download'],
    ['--firmware', '1.6', '1.7.4'],
    ['--baud', '300', '9600'],
    ['--modems', '0', '1 to 256'],
    ['--seconds', '0', '0.05'],
  ])('refuses %s %s, and says what there is', async (option, value, advice) => {
    let said = '';
    const command = benchCommand(() => undefined)
      .exitOverride()
      .configureOutput({ writeErr: (text) => (said += text) });
    await expect(command.parseAsync([option, value], { from: 'user' })).rejects.toThrow();
    expect(said).toContain(advice);
  });

  it('refuses to pull from a firmware that can only push', async () => {
    const command = benchCommand(() => undefined);
    await expect(command.parseAsync(['--firmware', '1.5', '--receive', 'pulled'], { from: 'user' })).rejects.toThrow(
      'AT 1.5 cannot hold back',
    );
  });
});
