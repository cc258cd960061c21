import type { Uart } from '../../streams';
import { exitCodes } from '../console/exitCodes';
import type { Tell } from './finding';
import type { LineTester } from './lineTester';

/** How often the same question is asked. */
const questions = 10;
/** Milliseconds for an answer. */
const patience = 1_500;
const answerEnd = /\r\n(?:OK|ERROR)\r\n$/;

/**
 * Asks the same question several times, and tells whether the line damages the answers. Resolves to whether any answer was
 * good, so that it makes sense to go on.
 */
export async function checkQuality(tester: LineTester, line: Uart, tell: Tell): Promise<boolean> {
  const answers: string[] = [];
  for (let count = 0; count < questions; count++) {
    answers.push(await tester.hear(line, { say: 'AT+GMR\r\n', wait: patience, until: answerEnd }));
  }
  const usual = mostFrequent(answers);
  const lines = usual.split('\r\n');
  // News of the modem may stand between the lines of a good answer.
  const damaged = answers.filter((answer) => {
    if (!answerEnd.test(usual)) return true;
    const others = answer.split('\r\n');
    return !lines.every((wanted) => others.includes(wanted));
  }).length;
  if (damaged === 0) {
    tell({ check: 'quality', verdict: 'good', message: `${questions} equal questions had equal answers` });
    return true;
  }
  tell({
    check: 'quality',
    verdict: 'bad',
    message: `the line loses or changes bytes: ${damaged} of ${questions} equal questions had a damaged answer`,
    advice: ['a lower --baud', 'shorter wires, with a common ground', 'a power supply of 3.3 V and 500 mA'],
    exitCode: exitCodes.line,
  });
  return damaged < questions;
}

function mostFrequent(answers: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const answer of answers) counts.set(answer, (counts.get(answer) ?? 0) + 1);
  const [[most] = ['']] = [...counts].sort(([, one], [, other]) => other - one);
  return most;
}

/** Tells whether the flow control of the modem fits the line. */
export async function checkFlowControl(tester: LineTester, line: Uart, tell: Tell): Promise<void> {
  const check = 'flow';
  const asked = await tester.hear(line, { say: 'AT+UART_CUR?\r\n', wait: patience, until: answerEnd });
  const [, flow] = /\+UART(?:_CUR)?:\d+,\d,\d,\d,([0-3])/.exec(asked) ?? [];
  const isUsed = tester.settings.serial.rtscts === true;
  if (flow === undefined) {
    tell({ check, verdict: 'skipped', message: 'the firmware does not show its flow control' });
  } else if (flow === '0' && isUsed) {
    tell({
      check,
      verdict: 'doubtful',
      message: 'the port uses flow control, and the modem does not; it is switched on now',
    });
  } else if (flow !== '0' && !isUsed) {
    tell({
      check,
      verdict: 'doubtful',
      message: 'the modem uses flow control, and the port does not, so the modem may stop for ever',
      advice: [
        '--rtscts, if the wires RTS and CTS are connected',
        'AT+UART_DEF=115200,8,1,0,0 switches it off for good',
      ],
    });
  } else {
    tell({
      check,
      verdict: 'good',
      message: isUsed ? 'both sides use flow control' : 'neither side uses flow control',
    });
  }
}
