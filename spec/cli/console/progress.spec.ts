import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';

import { afterEach, describe, expect, it, jest } from '@jest/globals';

import { reportOf } from '../../../src/cli/console/report';

afterEach(() => {
  jest.restoreAllMocks();
});

/** What is printed of a progress that is shown to this kind of reader. */
async function shown(
  show: (report: ReturnType<typeof reportOf>) => void,
  { terminal = false, quiet = false, columns = 80 } = {},
): Promise<string> {
  const errors = Object.assign(new PassThrough(), { isTTY: terminal, columns });
  const context = {
    input: new PassThrough(),
    output: new PassThrough(),
    errors,
    terminal,
    signal: new AbortController().signal,
    environment: {},
  };
  show(reportOf(quiet ? { quiet: true } : {}, context));
  errors.end();
  return await text(errors);
}

describe('the progress of a transfer', () => {
  it('is a bar on a terminal, which goes away at the end', async () => {
    const printed = await shown(
      (report) => {
        const progress = report.progress(2000);
        progress.update(1000, '11 kB/s');
        progress.stop();
      },
      { terminal: true },
    );
    expect(printed).toMatch(/█{12}░{12} 1,000 of 2,000 bytes, 11 kB\/s/);
    expect(printed.slice(printed.lastIndexOf('\u001b['))).not.toContain('█');
  });

  it.each([
    [50, /█{8}░{8} 1,000 of 2,000 bytes, 11 kB\/s/],
    [34, / {2}1,000 of 2,000 bytes, 11 kB\/s/],
  ])('leaves room for the figures on a terminal of %i columns', async (columns, expected) => {
    const printed = await shown(
      (report) => {
        const progress = report.progress(2000);
        progress.update(1000, '11 kB/s');
        progress.stop();
      },
      { terminal: true, columns },
    );
    expect(printed).toMatch(expected);
    if (columns < 40) expect(printed).not.toMatch(/[█░] 1,000/);
  });

  it('is a number on a terminal while the total is unknown', async () => {
    const printed = await shown(
      (report) => {
        const progress = report.progress();
        progress.update(1000);
        progress.stop();
      },
      { terminal: true },
    );
    expect(printed).toContain('  1,000 bytes');
    expect(printed).not.toMatch(/[█░]/);
  });

  it('is a line now and then elsewhere, and one at the end', async () => {
    const now = jest.spyOn(Date, 'now').mockReturnValue(0);
    const printed = await shown((report) => {
      const progress = report.progress(2000);
      progress.update(100);
      now.mockReturnValue(2000);
      progress.update(200);
      now.mockReturnValue(3000);
      progress.update(300);
      progress.update(400, '11 kB/s');
      progress.stop();
      progress.stop();
    });
    expect(printed).toBe('200 of 2,000 bytes\n400 of 2,000 bytes, 11 kB/s\n');
  });

  it('is not shown to who wants quiet', async () => {
    const printed = await shown(
      (report) => {
        const progress = report.progress(2000);
        progress.update(2000);
        progress.stop();
      },
      { terminal: true, quiet: true },
    );
    expect(printed).toBe('');
  });
});
