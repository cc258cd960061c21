import { describe, expect, it } from '@jest/globals';

import { differential } from '../../harness/soak/differential';
import { programOf } from '../../harness/soak/randomProgram';
import { differences, transcribe } from '../../harness/soak/transcribe';
import { interfaces, type TestedInterface } from '../../harness/interfaces/interfaces';

const [host, oldModem] = interfaces as [TestedInterface, TestedInterface];

describe('random programs', () => {
  it('have the same result on every interface, while the receive mode changes', async () => {
    const printed: string[] = [];
    const agree = await differential({ seed: 5, programs: 8, jobs: 2, print: (line) => printed.push(line) });
    expect(printed.at(-1)).toBe('8 programs on 7 modems: 0 differences');
    // Which changes there are depends on the time that each step takes. A long run requires both ways on each modem.
    expect(printed).toContainEqual(
      expect.stringMatching(
        /^a modem with (AT 1.7.4|ESP-AT 2.2.2): [1-9]\d* switches to pulled data, \d+ to pushed data$/,
      ),
    );
    expect(agree).toBe(true);
  });

  it('are the same for the same seed, and differ for another', () => {
    expect(programOf(7)).toEqual(programOf(7));
    expect(programOf(7)).not.toEqual(programOf(8));
  });

  it('have the same transcript each time they run', async () => {
    const program = programOf(11);
    const [one, other] = [await transcribe(program, host), await transcribe(program, host)];
    expect(one.flat().length).toBeGreaterThan(0);
    expect(one).toEqual(other);
  });
});

describe('a comparison of transcripts', () => {
  const [tasks, lines] = [[{ kind: 'client', visits: [] }] as const, ['connect', 'read 5 bytes']];

  it('finds no difference between equal transcripts', () => {
    expect(differences(tasks, [lines], [lines])).toBe('');
  });

  it.each([
    ['a different line', ['connect', 'read 4 bytes']],
    ['a missing line', ['connect']],
    ['an additional line', [...lines, 'close']],
    ['an empty transcript', []],
  ])('finds %s', (_, other) => {
    expect(differences(tasks, [lines], [other])).toContain('task 0, client');
  });

  it('reports a failure that is on both', () => {
    const wrong = ['connect', '! hangs at "read"'];
    expect(differences(tasks, [wrong], [wrong])).toContain('! hangs');
  });
});

describe('a modem that differs', () => {
  it('is reported with the smallest program that differs, and with the command to run it again', async () => {
    // One bit of its output is wrong, as on a line that is too fast.
    const damaged: TestedInterface = {
      ...oldModem,
      start: async (modem) => {
        const net = await oldModem.start(modem);
        net.emulator?.fault({ kind: 'flip', after: 1500 });
        return net;
      },
    };
    const printed: string[] = [];
    const options = { seed: 1, programs: 1, jobs: 1, modems: [damaged], shrinking: 1000 };
    expect(await differential({ ...options, print: (line) => printed.push(line) })).toBe(false);
    expect(printed[0]).toContain(`program 0 of seed 1 differs on ${damaged.name}`);
    expect(printed[1]).toMatch(/^a smaller one that fails/);
    expect(printed[1]!.length).toBeLessThan(printed[0]!.length);
    expect(printed[2]).toContain('--seed 1 --only 0');
    expect(printed[3]).toBe('1 programs on 1 modems: 1 differences');
  });
});
