import { OSError } from '../../usocket/contract/osError';
import { defaultBaudRate, type SerialSettings } from '../line/serialSettings';
import { subnegotiation } from './telnet';

/** The telnet option of RFC 2217. */
export const COM_PORT = 44;

/** A server's command has the code of the client's command that it answers plus this number. */
const FROM_SERVER = 100;
/** The server asks the client to stop sending, and to go on (RFC 2217, "FLOWCONTROL-SUSPEND"). */
export const SUSPEND = 8 + FROM_SERVER;
export const RESUME = 9 + FROM_SERVER;

/** The codes of the server's commands. */
const fromServer = { lowest: 100, highest: 112, signature: 100 };
/**
 * The most bytes of a signature, which is text, and of any other command, including the bytes that some servers add to
 * its value.
 */
const longestText = 256;
const longestNumber = 32;

/**
 * The most bytes of a server's command, by its option and its code; 0 when that is not a command.
 *
 * @param code The first byte of the command; `undefined` if it has not come yet.
 */
export function longestCommand(option: number, code: number | undefined): number {
  if (option !== COM_PORT) return 0;
  if (code === undefined) return 1;
  if (code < fromServer.lowest || code > fromServer.highest) return 0;
  return code === fromServer.signature ? longestText : longestNumber;
}

/** A command that sets one property of the line, and how to judge the server's answer. */
export interface ComPortCommand {
  /** The command as it is sent. */
  readonly bytes: Buffer;
  /** Whether a command of the server is the answer to this one. */
  readonly isAnswer: (code: number, value: Buffer) => boolean;
  /**
   * Judges the answer, or the absence of an answer if there is no value. Returns a notice if the answer differs from
   * the setting, and throws `EINVAL` if the line cannot be used with it.
   */
  readonly judge: (value: Buffer | undefined) => string | undefined;
}

const parities = { none: 1, odd: 2, even: 3 } as const;
const stopSizes = { 1: 1, 2: 2, 1.5: 3 } as const;
/** How far the speeds of two ends may differ. The error adds up over the ten bits of a byte, to at most half a bit. */
const tolerance = 0.03;

/** One property of the line, and its value. */
interface Wanted {
  readonly name: string;
  readonly code: number;
  /** The value as it is sent, and as it is shown in messages. */
  readonly value: Buffer;
  readonly shown: string;
  /** Whether the line cannot be used without it. */
  readonly isNeeded?: boolean;
  /** Whether another number is near enough. */
  readonly isNear?: (answered: number) => boolean;
  /** The values that set this property, if one code sets more than one. */
  readonly range?: readonly [lowest: number, highest: number];
}

/** The values of SET-CONTROL that set a signal. */
const control = {
  dtr: { on: 8, off: 9, range: [7, 9] },
  rts: { on: 11, off: 12, range: [10, 12] },
} as const;
/**
 * The values of SET-CONTROL for BREAK and for the flow control from the modem. They are not used here, but servers
 * report them.
 */
const unusedRanges = [
  [4, 6],
  [13, 16],
  [18, 18],
] as const;

/**
 * The commands that set up a line, in the order of RFC 2217; the speed is the first. Servers confirm them differently:
 * with the speed that their divider makes, with bytes around the value, with a value that cannot be changed, or not at
 * all. The speed and requested flow control have to be right. A notice reports other differences.
 */
export function comPortCommands(server: string, settings: SerialSettings): readonly ComPortCommand[] {
  const { baudRate = defaultBaudRate, dataBits = 8, parity = 'none', stopBits = 1, rtscts = false } = settings;
  const signals = (['dtr', 'rts'] as const).flatMap((signal): readonly Wanted[] => {
    const level = settings[signal];
    if (level === undefined) return [];
    const { on, off, range } = control[signal];
    const shown = `${signal.toUpperCase()} ${level ? 'on' : 'off'}`;
    return [{ name: 'SET-CONTROL', code: 5, value: Buffer.of(level ? on : off), shown, range }];
  });
  const wanted: readonly Wanted[] = [
    wantedSpeed(baudRate),
    { name: 'SET-DATASIZE', code: 2, value: Buffer.of(dataBits), shown: String(dataBits) },
    { name: 'SET-PARITY', code: 3, value: Buffer.of(parities[parity]), shown: parity },
    { name: 'SET-STOPSIZE', code: 4, value: Buffer.of(stopSizes[stopBits]), shown: String(stopBits) },
    {
      name: 'SET-CONTROL',
      code: 5,
      value: Buffer.of(rtscts ? 3 : 1),
      shown: rtscts ? 'RTS/CTS flow control' : 'no flow control',
      isNeeded: rtscts,
    },
    ...signals,
  ];
  return wanted.map((each) => comPortCommand(server, each));
}

/** The command that changes the speed of a line. */
export function speedCommand(server: string, baudRate: number): ComPortCommand {
  return comPortCommand(server, wantedSpeed(baudRate));
}

function wantedSpeed(baudRate: number): Wanted {
  const value = Buffer.alloc(4);
  value.writeUInt32BE(baudRate);
  return {
    name: 'SET-BAUDRATE',
    code: 1,
    value,
    shown: String(baudRate),
    isNeeded: true,
    isNear: (answered) => Math.abs(answered / baudRate - 1) <= tolerance,
  };
}

/** The commands that lower DTR and RTS, as hanging up does. */
export function hangUp(): Buffer {
  const off = (value: number): Buffer => subnegotiation(COM_PORT, Buffer.of(5, value));
  return Buffer.concat([off(control.dtr.off), off(control.rts.off)]);
}

function comPortCommand(server: string, wanted: Wanted): ComPortCommand {
  const { name, code, value, shown, isNeeded = false, isNear, range } = wanted;
  const asked = `${server}: asked for ${name} ${shown}, the serial server`;
  const advice =
    name === 'SET-CONTROL'
      ? 'does not know it; set it up at the server, and open the line without rtscts'
      : 'ask for what its port can do';
  return {
    bytes: subnegotiation(COM_PORT, Buffer.concat([Buffer.of(code), value])),
    isAnswer: (answerCode, answered) => {
      if (answerCode !== code + FROM_SERVER) return false;
      if (name !== 'SET-CONTROL') return true;
      const [number = 0] = answered;
      const ranges = [control.dtr.range, control.rts.range, ...unusedRanges];
      return range === ranges.find(([lowest, highest]) => number >= lowest && number <= highest);
    },
    judge: (answered) => {
      if (answered?.equals(value)) return undefined;
      const told = answered === undefined ? 'did not answer' : `answered ${shownAs(answered, value.length)}`;
      const isGood = readings(answered, value.length).some((one) => one === valueOf(value) || isNear?.(one));
      if (isNeeded && !isGood) throw new OSError('EINVAL', 'open', `${asked} ${told}; ${advice}`);
      return `${asked} ${told}`;
    },
  };
}

/** The numbers that an answer may mean, because some servers add bytes before or after the value. */
function readings(answered: Buffer | undefined, length: number): readonly number[] {
  if (answered === undefined || answered.length === 0) return [];
  if (answered.length <= length) return [valueOf(answered)];
  return Array.from({ length: answered.length - length + 1 }, (_, from) => answered.readUIntBE(from, length));
}

function valueOf(bytes: Buffer): number {
  return bytes.readUIntBE(0, bytes.length);
}

/** Describes an answer: the number at its beginning, and how many bytes follow it. */
function shownAs(value: Buffer, length: number): string {
  if (value.length === 0) return 'nothing';
  const number = String(valueOf(value.subarray(0, length)));
  const rest = value.length - length;
  return rest > 0 ? `${number} and ${rest} bytes more` : number;
}
