import type { SerialSettings } from '../../transports';
import { exitCodes } from '../console/exitCodes';
import { closeLine } from '../modem/openLine';
import type { Finding, Tell } from './finding';
import type { LineTester } from './lineTester';

type Signals = Omit<SerialSettings, 'baudRate'>;

/** Other settings of the line, and what it means when the modem answers with them. */
interface Trial extends Pick<Finding, 'message' | 'advice'> {
  readonly serial: Signals;
}

/** Milliseconds for an answer, and how often the modem is asked: it starts when it is let go. */
const patience = 500;
const tries = 4;

/**
 * Opens a silent line again with other control signals and other flow control. Resolves to whether the modem answers then, and
 * tells what that means. Only a serial port, here or at an RFC 2217 server, has these signals.
 */
export async function trySignals(tester: LineTester, tell: Tell): Promise<boolean> {
  const { port, serial } = tester.settings;
  if (/^(?:tcp|emulator):/i.test(port)) return false;
  for (const trial of trialsOf(serial)) {
    const line = tester.open(trial.serial);
    try {
      for (let count = 0; count < tries; count++) {
        const { meaning } = await tester.ask(line, patience);
        if (meaning !== 'answer') continue;
        const { message, advice = [] } = trial;
        tell({ check: 'answer', verdict: 'bad', message, advice, exitCode: exitCodes.line });
        return true;
      }
    } finally {
      await closeLine(line);
    }
  }
  return false;
}

function trialsOf({ dtr, rts, rtscts }: Signals): readonly Trial[] {
  const isLowered = dtr === false || rts === false;
  const released: Trial = {
    serial: { dtr: false, rts: false },
    message: 'DTR and RTS, which are asserted when the port is opened, hold the board in reset or boot mode',
    advice: ['--lower-dtr --lower-rts; in a program, { dtr: false, rts: false }', 'disconnect these two wires'],
  };
  const asserted: Trial = {
    serial: {},
    message: 'with low DTR and RTS, the board does not run',
    advice: ['leave --lower-dtr and --lower-rts out'],
  };
  const without: Trial = {
    serial: {},
    message: 'flow control stops what is sent: the modem does not drive the CTS of the port',
    advice: ['leave --rtscts out', 'connect CTS of the port to RTS of the modem, and RTS to CTS'],
  };
  const withFlow: Trial = {
    serial: { rtscts: true },
    message: 'the modem uses flow control, and waits for its CTS',
    advice: ['--rtscts; in a program, { rtscts: true }', 'AT+UART_DEF=115200,8,1,0,0 switches it off for good'],
  };
  if (rtscts) return [without, released];
  return isLowered ? [asserted, withFlow] : [released, withFlow];
}
