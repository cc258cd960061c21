import { exitCodes } from '../console/exitCodes';
import { closeLine } from '../modem/openLine';
import { printable } from '../console/table';
import type { Finding, Tell } from './finding';
import type { Heard, LineTester } from './lineTester';
import { bootOf, type Meaning } from './meaning';

/** The speeds of the boot loaders of the ESP8266 and of the ESP32. */
const bootLoaderSpeeds = [74_880, 115_200];
/** Milliseconds, in which a chip that starts again and again does so more than once. */
const bootTime = 3_000;

/**
 * Tells why nothing answers, from what was heard at all speeds. A line that is not silent is listened to for longer, at the
 * speeds of boot loaders.
 */
export async function tellSilence(tester: LineTester, heard: readonly Heard[], tell: Tell): Promise<void> {
  const meanings = new Set<Meaning>(heard.map(({ meaning }) => meaning));
  const isSilent = heard.every(({ text }) => text === '');
  const bootText = isSilent ? '' : await bootLoaderText(tester);
  const finding = bootText !== '' ? bootFinding(bootText) : otherFinding(meanings, heard, tester);
  tell({ check: 'answer', verdict: 'bad', exitCode: exitCodes.modem, ...finding });
}

type Reason = Pick<Finding, 'message' | 'advice'>;

async function bootLoaderText(tester: LineTester): Promise<string> {
  const line = tester.open();
  try {
    for (const baud of bootLoaderSpeeds) {
      if (line.baudRate !== baud && !(await tester.change(line, baud))) continue;
      const text = await tester.hear(line, { wait: bootTime });
      const { isDownloadMode, starts, isEmpty } = bootOf(text);
      if (isDownloadMode || isEmpty || starts > 0) return text;
    }
    return '';
  } finally {
    await closeLine(line);
  }
}

function bootFinding(text: string): Reason {
  const { isDownloadMode, starts, isEmpty } = bootOf(text);
  if (isDownloadMode) {
    return {
      message: 'the chip waits for a program to be flashed: its boot pin (GPIO0) is low',
      advice: [
        'let GPIO0 go, or its button',
        '--lower-dtr --lower-rts, if DTR or RTS pull it down',
        'then reset the chip',
      ],
    };
  }
  if (isEmpty || starts > 1) {
    return {
      message: isEmpty
        ? 'the chip starts, and finds no program in its flash: the AT firmware is missing or damaged'
        : 'the chip starts again and again: its firmware is damaged or for another flash, or its power fails',
      advice: ['flash AT firmware (esptool), with the size and mode of the flash', 'use a supply of 3.3 V and 500 mA'],
    };
  }
  return {
    message: 'the chip starts, but nothing answers AT: it runs another program',
    advice: ['flash AT firmware (esptool)'],
  };
}

function otherFinding(meanings: ReadonlySet<Meaning>, heard: readonly Heard[], tester: LineTester): Reason {
  const text = heard.find(({ meaning }) => meaning === 'text')?.text;
  if (text !== undefined) {
    const quoted = printable(text.trim().split(/[\r\n]+/)[0] ?? '').slice(0, 60);
    return {
      message: `something answers that is not AT firmware: "${quoted}"`,
      advice: ['check that this is the port of the modem', 'flash AT firmware (esptool)'],
    };
  }
  if (meanings.has('noise')) {
    return {
      message: 'what comes makes no sense at any usual speed',
      advice: [
        'connect the grounds of both sides',
        'check the power supply and the level of the signals, 3.3 V',
        'if the modem has an unusual speed, name it with --baud',
      ],
    };
  }
  if (meanings.has('low')) {
    return {
      message: 'the line from the modem stays low',
      advice: ['check that the modem has power', 'check the wire from its TX to RX'],
    };
  }
  const isRaw = /^tcp:/i.test(tester.settings.port);
  return {
    message: isRaw
      ? 'nothing comes from the line; the speed of a raw serial server cannot be changed from here'
      : 'nothing comes from the line, at any usual speed',
    advice: [
      ...(isRaw ? ['check the speed that the serial server is set to'] : []),
      'check the port and the power supply; the enable pin (EN, CH_PD) must be high',
      'connect TX of the adapter to RX of the modem, and RX to TX',
    ],
  };
}
