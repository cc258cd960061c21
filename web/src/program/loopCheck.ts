import { loopCheck } from '../playground/run/insertedNames';

/** Real milliseconds. */
const longestTurn = 5000;
/** The clock is asked after so many rounds of loops. */
const roundsBetween = 64;

/**
 * Installs what loops of the program call in each round. A program runs in the thread of the page, so a loop that waits for
 * nothing would stop the page for good. Such a loop is ended by an error. Call it while the clock is that of the browser.
 */
export function installLoopCheck(): void {
  const now = performance.now.bind(performance);
  const { port1: inbox, port2: outbox } = new MessageChannel();
  let rounds = 0;
  let begun: number | undefined;
  // Comes when the program waits.
  inbox.onmessage = () => (begun = undefined);
  const check = (): void => {
    if (++rounds % roundsBetween !== 0) return;
    if (begun === undefined) {
      begun = now();
      outbox.postMessage(undefined);
    } else if (now() - begun > longestTurn) {
      throw new Error(
        `a loop has run for ${longestTurn / 1000} s without a pause, and the page stood still meanwhile; ` +
          'wait for something in each round, such as a socket or a timer, and end the loop when recv returns no bytes',
      );
    }
  };
  Object.assign(globalThis, { [loopCheck]: check });
}
