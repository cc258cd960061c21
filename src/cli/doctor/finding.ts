import { exitCodes } from '../console/exitCodes';

/** How something is: as it should be, perhaps not, not at all, or not examined. */
type Verdict = 'good' | 'doubtful' | 'bad' | 'skipped';

/** What `doctor` has found out about one thing. */
export interface Finding {
  /** What was examined: `'line'`, `'firmware'`. */
  readonly check: string;
  readonly verdict: Verdict;
  readonly message: string;
  /** What to try, the most likely first. */
  readonly advice?: readonly string[];
  /** The exit code of the command if this is the first thing that is bad. Default: that of a failed command. */
  readonly exitCode?: number;
}

/** Takes the findings as they come. */
export type Tell = (finding: Finding) => void;

const words: Readonly<Record<Verdict, string>> = { good: 'ok', doubtful: 'warn', bad: 'FAIL', skipped: 'skip' };

/** Writes a finding for people. */
export function findingText({ check, verdict, message, advice = [] }: Finding): string {
  const indent = ' '.repeat(18);
  return [
    `${words[verdict].padEnd(5)} ${check.padEnd(11)} ${message}`,
    ...advice.map((try_) => `${indent}- ${try_}`),
  ].join('\n');
}

/** The last line for people. */
export function summaryOf(findings: readonly Finding[]): string {
  const count = (verdict: Verdict): number => findings.filter((finding) => finding.verdict === verdict).length;
  const [bad, doubtful] = [count('bad'), count('doubtful')];
  if (bad === 0 && doubtful === 0) return 'Nothing is wrong.';
  const parts = [bad > 0 && `${bad} failed`, doubtful > 0 && `${doubtful} doubtful`];
  return `${parts.filter(Boolean).join(', ')}.`;
}

/** The exit code of these findings: that of the first thing that is bad. */
export function exitCodeOfFindings(findings: readonly Finding[]): number {
  const first = findings.find(({ verdict }) => verdict === 'bad');
  return first === undefined ? exitCodes.done : (first.exitCode ?? exitCodes.failed);
}
