import type { Uart } from '../../streams';
import { withoutPassword } from '../../transports';
import { exitCodes } from '../console/exitCodes';
import { closeLine } from '../modem/openLine';
import type { Tell } from './finding';
import type { Heard, LineTester } from './lineTester';
import { searchSpeed } from './searchSpeed';
import { tellSilence } from './tellSilence';
import { trySignals } from './trySignals';

/** Milliseconds: of listening before anything is said, and for the answer to `AT`. */
const listening = 400;
const patience = 500;
/** Milliseconds around the `+++` that ends passthrough. */
const escapeSilence = 1_100;
/** How often a busy modem is asked again, and after how many milliseconds each time. */
const busyTries = 20;
const busyPause = 1_000;
/** The most bytes that a modem waits for after a prompt. */
const longestSend = 2_048;

/** What has become of the search on the open line: `'fault'` has been told, and after `'silence'` the search goes on. */
type Outcome = 'answer' | 'fault' | 'silence';

/**
 * Opens the line, and resolves to it when something answers `AT` there. Otherwise it looks for the reason: another speed, a
 * modem in the middle of something, control signals, and tells it.
 *
 * Rejects with the error of the line when it cannot be opened, or is lost.
 */
export async function findAnswer(
  tester: LineTester,
  tell: Tell,
  note: (line: string) => void,
): Promise<Uart | undefined> {
  const line = tester.open();
  const heard: Heard[] = [];
  let outcome: Outcome = 'fault';
  try {
    outcome = await searchAnswer(tester, line, { heard, tell, note });
  } finally {
    if (outcome !== 'answer') await closeLine(line);
  }
  if (outcome === 'answer') return line;
  if (outcome === 'silence' && !(await trySignals(tester, tell))) await tellSilence(tester, heard, tell);
  return undefined;
}

interface Search {
  /** What was heard without an answer. */
  readonly heard: Heard[];
  readonly tell: Tell;
  readonly note: (line: string) => void;
}

async function searchAnswer(tester: LineTester, line: Uart, { heard, tell, note }: Search): Promise<Outcome> {
  const check = 'answer';
  const { port, baud: wanted } = tester.settings;
  await tester.opened(line);
  tell({ check: 'line', verdict: 'good', message: `${withoutPassword(port)} can be opened` });
  const before = await tester.hear(line, { wait: listening });
  const first = await tester.ask(line, patience);
  if (first.meaning === 'answer') {
    if (await staysBusy(tester, line, { first, note })) {
      tell({
        check,
        verdict: 'bad',
        message: `the modem says that it is busy, and ends no command`,
        advice: ['reset it, or switch it off and on', 'look for another program that has the modem'],
        exitCode: exitCodes.modem,
      });
      return 'fault';
    }
    tell({ check, verdict: 'good', message: `AT is answered at ${line.baudRate ?? wanted} bit/s` });
    return 'answer';
  }
  if (first.meaning === 'echo' && (await isLoop(tester, line))) {
    tell({
      check,
      verdict: 'bad',
      message: 'what is sent comes back, and nothing else: TX and RX are connected to each other',
      advice: ['connect TX of the adapter to RX of the modem, and RX to TX', 'look for a short circuit'],
      exitCode: exitCodes.line,
    });
    return 'fault';
  }
  heard.push({ ...first, text: before + first.text });
  note('Nothing answers AT there. Other speeds and settings are tried, which takes up to half a minute.');
  const found = await searchSpeed(tester, line, patience, heard);
  if (found !== undefined) {
    tell(
      wanted === 'auto'
        ? { check, verdict: 'good', message: `AT is answered at ${found} bit/s` }
        : {
            check,
            verdict: 'bad',
            message: `the modem speaks at ${found} bit/s, not at ${wanted}`,
            advice: [`--baud ${found}`],
            exitCode: exitCodes.modem,
          },
    );
    return 'answer';
  }
  if (!(await isStuck(tester, line))) return 'silence';
  tell({
    check,
    verdict: 'doubtful',
    message: 'the modem was in passthrough, or waited for the bytes of a send; it answers again',
    advice: ['nothing: each command of rx-usocket ends that by itself'],
  });
  return 'answer';
}

/** Whether a modem is still busy after the time that a command may take, such as joining a network. */
async function staysBusy(
  tester: LineTester,
  line: Uart,
  { first, note }: { readonly first: Heard; readonly note: (line: string) => void },
): Promise<boolean> {
  let asked = first;
  for (let count = 0; isBusy(asked); count++) {
    if (count === 0) note('The modem is busy with a command, whose end is waited for.');
    if (count === busyTries) return true;
    await tester.hear(line, { wait: busyPause });
    asked = await tester.ask(line, patience);
  }
  return false;
}

function isBusy({ text }: Heard): boolean {
  return /busy [ps]\.\.\.\r?\n/.test(text) && !/[\r\n]OK\r?\n/.test(text);
}

/** A modem answers a line that is no command. */
async function isLoop(tester: LineTester, line: Uart): Promise<boolean> {
  const say = 'is this a loop?\r\n';
  return (await tester.hear(line, { say, wait: patience })) === say;
}

/** Whether the modem answers after the ends of what another program may have left it in. */
async function isStuck(tester: LineTester, line: Uart): Promise<boolean> {
  await tester.hear(line, { wait: escapeSilence });
  await tester.hear(line, { say: '+++', wait: escapeSilence });
  const escaped = await tester.ask(line, patience);
  if (escaped.meaning === 'answer') return true;
  await tester.hear(line, { say: '\r\n'.repeat(longestSend / 2), wait: patience });
  return (await tester.ask(line, patience)).meaning === 'answer';
}
