import { describe, expect, it } from '@jest/globals';

import { taskOf, figureNames, bytesOf, settingsOf } from '../../harness/bench/figures';
import { coldCellsOf } from '../../harness/bench/coldTable';
import { figureTables } from '../../harness/bench/markdown';
import { Check, Pattern } from '../../harness/bench/pattern';
import type { ManyFigure } from '../../harness/bench/many/manyFigures';
import { manyRowsOf, manyTitles } from '../../harness/bench/many/manyTable';
import { percentile, resultOf, rowOf } from '../../harness/bench/results';
import { boundText, processorText, tableOf } from '../../harness/bench/table';

const pattern = (seed = 1, socket = 0): Pattern => new Pattern(seed, { socket, direction: 'down' });

describe('a check of what arrives', () => {
  const sent = pattern().take(200_000);

  it.each([1, 1460, 70_000])('accepts what was sent, in chunks of %d bytes', (size) => {
    const check = new Check(pattern(), sent.length);
    for (let at = 0; at < sent.length; at += size) check.take(sent.subarray(at, at + size));
    expect(check.isComplete).toBe(true);
  });

  it('names the first wrong byte', () => {
    const damaged = Buffer.from(sent);
    damaged[123_456]! ^= 1;
    expect(() => new Check(pattern(), sent.length).take(damaged)).toThrow('byte 123456 of 200000');
  });

  it.each([
    ['a byte that is missing', Buffer.concat([sent.subarray(0, 100), sent.subarray(101)])],
    ['a block that is missing', Buffer.concat([sent.subarray(0, 1460), sent.subarray(2920)])],
    ['a block that comes twice', Buffer.concat([sent.subarray(0, 1460), sent])],
    ['the stream of another socket', pattern(1, 1).take(1000)],
    ['the stream of another seed', pattern(2).take(1000)],
  ])('notices %s', (_, bytes) => {
    expect(() => new Check(pattern(), sent.length).take(bytes)).toThrow('is not the one that was sent');
  });

  it('notices bytes after the end', () => {
    expect(() => new Check(pattern(), 100).take(sent.subarray(0, 101))).toThrow('101 bytes came, but 100 were sent');
  });
});

describe('the tasks', () => {
  it.each(figureNames)('carry no more for %s than the line does', (figure) => {
    const task = taskOf(figure, 115_200, 2);
    expect(bytesOf(task)).toBeLessThanOrEqual(23_040);
    expect(bytesOf(task) + task.rounds).toBeGreaterThan(0);
  });

  it('are for three firmwares, and each way in which they hand data over', () => {
    expect(
      settingsOf([115_200, 921_600]).map(({ firmware, receive, baud }) => `${firmware} ${receive} ${baud}`),
    ).toEqual(
      [115_200, 921_600].flatMap((baud) => [
        `1.5 pushed ${baud}`,
        `1.7.4 pushed ${baud}`,
        `1.7.4 pulled ${baud}`,
        `1.7.4 adaptive ${baud}`,
        `2.2.2 pushed ${baud}`,
        `2.2.2 pulled ${baud}`,
        `2.2.2 adaptive ${baud}`,
      ]),
    );
  });
});

describe('the results', () => {
  it.each([
    [0.5, 50],
    [0.95, 95],
    [1, 100],
  ])('have the percentile %d', (part, value) => {
    const values = Array.from({ length: 100 }, (_, index) => 100 - index);
    expect(percentile(values, part)).toBe(value);
  });

  const setting = { firmware: '1.5', receive: 'pushed', baud: 100_000 } as const;
  const measured = { rounds: [], processor: 0.3, seconds: 2 };

  it('are rates and their ratios for a transfer', () => {
    const task = taskOf('two-sockets', setting.baud, 1);
    const results = {
      driver: resultOf(task, setting.baud, [measured]),
      bareLoop: resultOf(task, setting.baud, [{ ...measured, seconds: 1.6, processor: 0.1 }]),
      barePort: resultOf(task, setting.baud, [{ ...measured, seconds: 1, processor: 0.2 }]),
    };
    expect(results.driver).toEqual({ seconds: 2, processor: 0.3, rate: 5000, ofLine: 0.5 });
    const row = rowOf(setting, task, results);
    expect(row.bytes).toBe(10_000);
    expect(row.ratios.toLoop.speed).toBeCloseTo(0.8);
    expect(row.ratios.toLoop.processor).toBeCloseTo(3);
    expect(row.ratios.toPort.speed).toBeCloseTo(0.5);
    expect(row.ratios.toPort.processor).toBeCloseTo(1.5);
    expect(tableOf([row])).toEqual([
      'figure       rx-usocket  bound   bare loop  segments  bare port  speed        processor, ms    processor',
      'two-sockets  50.0 %      99.1 %  62.5 %               100.0 %    0.80 / 0.50  300 / 100 / 200  3.0 / 1.5',
    ]);
  });

  it('leave a gap for a program that has failed', () => {
    const task = taskOf('upload', setting.baud, 1);
    const result = resultOf(task, setting.baud, [measured]);
    const none = resultOf(task, setting.baud, []);
    const own = { ...setting, port: '/dev/ttyUSB0' };
    const row = rowOf(own, task, { driver: result, bareLoop: result, barePort: none });
    expect(tableOf([row])[1]).toBe(
      'upload  50.0 %             50.0 %               –          1.00 / –  300 / 300 / –  1.0 / –',
    );
  });

  it('have the processor time of all runs, and the median of their rates', () => {
    const runs = [0.1, 0.1, 0.7].map((processor, index) => ({ rounds: [], processor, seconds: [2, 1, 4][index]! }));
    const { processor, seconds } = resultOf(taskOf('upload', 100_000, 1), 100_000, runs);
    expect(processor).toBeCloseTo(0.3);
    expect(seconds).toBe(2);
  });

  it('show the processor time of what the line carries in a second, or of a round', () => {
    const short = { ...measured, processor: 0.01 };
    const rowFor = (figure: 'upload' | 'echo', seconds: number) => {
      const task = taskOf(figure, setting.baud, seconds);
      const result = resultOf(task, setting.baud, [short]);
      return rowOf(setting, task, { driver: result, bareLoop: result, barePort: result });
    };
    expect(processorText(rowFor('upload', 0.5))).toBe('20 / 20 / 20');
    expect(processorText(rowFor('echo', 0.1))).toBe('2.0 / 2.0 / 2.0');
  });

  it('are times and their ratios for an echo', () => {
    const task = taskOf('echo', setting.baud, 1);
    const result = (rounds: readonly number[]) => resultOf(task, setting.baud, [{ ...measured, rounds }]);
    const row = rowOf(setting, task, { driver: result([30, 10, 20]), bareLoop: result([8]), barePort: result([5]) });
    expect(row.results.driver.latency).toEqual({ median: 20, p95: 30 });
    expect(row.ratios.toLoop.speed).toBe(2.5);
    expect(tableOf([row])[1]).toMatch(
      /^echo +20\.0, 30\.0 ms +11\.7 ms +8\.0, 8\.0 ms +5\.0, 5\.0 ms +2\.50 \/ 4\.00 /,
    );
  });
});

describe('the table of the first rounds', () => {
  const rounds = [...Array.from({ length: 50 }, () => 9), ...Array.from({ length: 70 }, () => 5)];

  it('has the medians of the rounds that all programs have', () => {
    expect(coldCellsOf({ driver: rounds, barePort: rounds.slice(0, 100) })).toEqual([
      ['rounds', '1 to 50', '51 to 100'],
      ['rx-usocket', '9.0 ms', '5.0 ms'],
      ['bare port', '9.0 ms', '5.0 ms'],
    ]);
  });

  it('is not there for a few rounds', () => {
    expect(coldCellsOf({ driver: [1, 2] })).toEqual([]);
    expect(coldCellsOf({})).toEqual([]);
  });
});

describe('the tables of the documents', () => {
  const setting = { firmware: '2.2.2', receive: 'adaptive', baud: 921_600 } as const;
  const rowFor = (figure: 'echo' | 'both-ways') => {
    const task = taskOf(figure, setting.baud, 1);
    const result = (milliseconds: number) =>
      resultOf(task, setting.baud, [{ rounds: [milliseconds], processor: 0.1, seconds: 1 }]);
    return rowOf(setting, task, { driver: result(15), bareLoop: result(14), barePort: result(9) });
  };

  it('show an echo beside the bare loop and the bound', () => {
    expect(figureTables([rowFor('echo')])['summary']).toContain('| 15.0 ms (bare loop 14.0, bound 7.4) |');
  });

  it('show the least and the most processor time of a download', () => {
    const rowOfDownload = (processor: number) => {
      const task = taskOf('download', setting.baud, 1);
      const result = (time: number) => resultOf(task, setting.baud, [{ rounds: [], processor: time, seconds: 1 }]);
      return rowOf(setting, task, { driver: result(processor), bareLoop: result(0.2), barePort: result(0.1) });
    };
    const { processor } = figureTables([rowOfDownload(0.08), rowOfDownload(0.13)]);
    expect(processor).toContain('| 921600 | 0.8 to 1.3 |  | 0.4 to 0.7 |  |');
  });

  it('show an upload beside the faster one of the bare loops', () => {
    const task = taskOf('upload', setting.baud, 1);
    const result = (seconds: number) => resultOf(task, setting.baud, [{ rounds: [], processor: 0.1, seconds }]);
    const results = { driver: result(2), bareLoop: result(2.5), bareSegments: result(1.6), barePort: result(1) };
    const { summary } = figureTables([rowOf({ ...setting, firmware: '1.7.4' }, task, results)]);
    expect(summary).toContain('| 50.0 % (bare loop 62.5, bound 85.9) |');
  });

  it('leave the bound empty where there is none', () => {
    expect(boundText({ methods: ['pushed'] })).toBe('');
    expect(figureTables([rowFor('both-ways')])['figures']).toContain('| 50.0 % |  | 50.0 % |');
  });
});

describe('the table of many modems', () => {
  it('tells what each modem more takes, without what is there once and without compiled code', () => {
    const figure = (modems: number, objects: number): ManyFigure => {
      // Some code is still compiled while there are few modems.
      const code = 100_000 * modems;
      const memory = { heap: objects + code, code, buffers: 0, resident: 0 };
      const busy = {
        processorPerModem: 0,
        ofLine: 0,
        slowest: 0,
        fastest: 0,
        delay: { median: 0, p99: 0, max: 0 },
        memory,
      };
      const idle = { processorPerModem: 0, memory };
      return { modems, idle, busy };
    };
    const column = manyTitles.indexOf('each further modem');
    const rows = manyRowsOf([figure(1, 11_200_000), figure(4, 11_800_000)]);
    expect(rows.map((row) => row[column])).toEqual(['–', '200 kB']);
  });
});
