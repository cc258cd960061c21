import { describe, expect, it } from '@jest/globals';

import { soakCommand } from '../../harness/soak/command';
import { growth } from '../../harness/soak/cycles';
import { startProgram } from '../../harness/processes/program';

async function soak(...args: readonly string[]): Promise<readonly string[]> {
  const printed: string[] = [];
  await soakCommand((line) => printed.push(line)).parseAsync(args, { from: 'user' });
  return printed;
}

describe('npm run soak', () => {
  it('finds that nothing grows over many cycles', async () => {
    // In its own process, because the handles and the heap of this one also belong to jest.
    const args = ['cycles', '--firmware', '1.7.4', '--cycles', '40', '--warm-up', '25'];
    await using program = startProgram('scripts/soak.ts', args);
    const { code, stdout } = await program.outcome;
    expect(stdout.trimEnd().split('\n')).toEqual([
      expect.stringMatching(/^AT 1\.7\.4, from cycle 25 to 40: .*, handles (\d+) to \1, subscriptions \d+ to \d+$/),
      'cycles: nothing lost',
    ]);
    expect(code).toBe(0);
  });

  it('takes a seed and the number of resets', async () => {
    expect(await soak('resets', '--firmware', '2.2.2', '--moments', '2', '--seed', '7')).toEqual([
      expect.stringContaining('AT 2.2.2: 2 of 2 resets harmless'),
      'resets: nothing lost',
    ]);
  });

  it('transfers to recv and to the sockets of Node.js', async () => {
    expect(await soak('node-sockets', '--firmware', '2.2.2', '--size', '200000')).toEqual([
      expect.stringMatching(
        /^AT 2\.2\.2: 0\.2 MB with recv in .*, with connect\(\) in .*; memory grew by .* MB and .* MB$/,
      ),
      'node-sockets: nothing lost',
    ]);
  });

  it('fails for an unknown modem', async () => {
    await expect(soak('differential', '--programs', '1', '--firmware', 'none')).rejects.toThrow('like none');
  });

  it('lists its subcommands in its help', () => {
    const help = soakCommand(() => undefined).helpInformation();
    for (const name of [
      'differential',
      'resets',
      'switches',
      'damaged-switches',
      'stops',
      'crowd',
      'both-ways',
      'slow-reader',
      'node-sockets',
      'cycles',
      'all',
    ])
      expect(help).toContain(`\n  ${name} `);
  });
});

describe('growth', () => {
  const before = { heap: 30_000_000, handles: 3, subscriptions: 47 };

  it('is not reported for what stays or shrinks', () => {
    expect(growth(before, { ...before, heap: 30_500_000, subscriptions: 45 })).toEqual([]);
  });

  it.each([
    ['heap', { ...before, heap: 31_500_000 }],
    ['handles', { ...before, handles: 4 }],
    ['subscriptions', { ...before, subscriptions: 48 }],
  ])('of the %s is reported', (kind, after) => {
    expect(growth(before, after)).toEqual([kind]);
  });
});
