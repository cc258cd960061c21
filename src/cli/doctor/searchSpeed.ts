import type { Uart } from '../../streams';
import type { Heard, LineTester } from './lineTester';

/** The speeds of modems, the most likely first. The boot loader of an ESP8266 prints at 74880. */
const speeds = [115_200, 9_600, 74_880, 921_600, 57_600, 38_400, 19_200, 230_400, 460_800];

/**
 * Says `AT` at all speeds but that of the line, and resolves to the one at which it is answered; the line then has it. If it
 * is answered at none, the line has its first one again.
 *
 * @param patience Milliseconds for each answer.
 * @param heard Gets what was heard without an answer.
 */
export async function searchSpeed(
  tester: LineTester,
  line: Uart,
  patience: number,
  heard: Heard[] = [],
): Promise<number | undefined> {
  const first = line.baudRate;
  for (const baud of speeds) {
    if (baud === first || !(await tester.change(line, baud))) continue;
    const said = await tester.ask(line, patience);
    if (said.meaning === 'answer') return baud;
    heard.push(said);
  }
  if (first !== undefined) await tester.change(line, first);
  return undefined;
}
