import { OSError } from '../usocket/contract/osError';
import type { ControlWires } from './lineSettings';
import { subnegotiation } from './telnet';

/** The telnet option that RFC 2217 adds. */
export const COM_PORT = 44;

/** What the server says on its own: its answer to a setting has the setting's code plus this. */
const FROM_SERVER = 100;
/** Hold writes back, and let them go on (RFC 2217, "FLOWCONTROL-SUSPEND"). */
export const SUSPEND = 8 + FROM_SERVER;
export const RESUME = 9 + FROM_SERVER;

/** The codes of what a server says, and how long its signature is, at most, and its numbers, with bytes around them. */
const fromServer = { lowest: 100, highest: 112, signature: 100 };
const longestText = 256;
const longestNumber = 32;

/** How many bytes a command of the server has, at most, by its code, which may not have come yet; 0 for what is none. */
export function longestCommand(option: number, code: number | undefined): number {
  if (option !== COM_PORT) return 0;
  if (code === undefined) return 1;
  if (code < fromServer.lowest || code > fromServer.highest) return 0;
  return code === fromServer.signature ? longestText : longestNumber;
}

/** Speed, framing and wires of a serial line. */
export interface ComPortSettings extends ControlWires {
  /** Bits per second; 115200 unless told. */
  readonly baudRate?: number;
  /** 8 unless told. */
  readonly dataBits?: 5 | 6 | 7 | 8;
  /** `'none'` unless told. */
  readonly parity?: 'none' | 'odd' | 'even';
  /** 1 unless told. */
  readonly stopBits?: 1 | 1.5 | 2;
  /** Whether the RTS and CTS wires hold each side back; false unless told. */
  readonly rtscts?: boolean;
}

/** One command that sets up the line, and the answer that confirms it. */
export interface Setting {
  readonly name: string;
  readonly command: Buffer;
  /** Whether this is its answer. */
  readonly isAnswer: (code: number, value: Buffer) => boolean;
  /** Whether the line is of no use without its answer. */
  readonly isNeeded: boolean;
  /**
   * What is to be told of an answer, or of none when the server gives none: nothing when it is what was asked for. Throws
   * `EINVAL` where the line would be of no use.
   */
  readonly judge: (value: Buffer | undefined) => string | undefined;
}

const parities = { none: 1, odd: 2, even: 3 } as const;
const stopSizes = { 1: 1, 2: 2, 1.5: 3 } as const;
/** How far two ends of a serial line may be apart: bits of a byte add up, and half a bit in ten is the end. */
const tolerance = 0.03;

interface Wanted {
  readonly name: string;
  readonly code: number;
  /** As it is said, and as it is shown. */
  readonly value: Buffer;
  readonly shown: string;
  readonly isNeeded?: boolean;
  /** Whether a number that is not the value is near enough. */
  readonly isNear?: (answered: number) => boolean;
  /** The values of the thing that is set, where one code serves for several things. */
  readonly range?: readonly [lowest: number, highest: number];
}

/** What SET-CONTROL sets besides the flow control to the modem, by its values. */
const control = {
  dtr: { on: 8, off: 9, range: [7, 9] },
  rts: { on: 11, off: 12, range: [10, 12] },
} as const;
/** Values that are not asked for, and that a server may tell all the same: BREAK, and the flow control from the modem. */
const others = [
  [4, 6],
  [13, 16],
  [18, 18],
] as const;

/**
 * The commands of RFC 2217 that set a line up, in its order. Servers differ in how they confirm them: with the speed that
 * their divider makes, with bytes behind the value, with the value that they have fixed, or not at all. The speed has to
 * be right, and flow control that was asked for; the rest is told.
 */
export function settingsOf(server: string, settings: ComPortSettings): readonly Setting[] {
  const { baudRate = 115_200, dataBits = 8, parity = 'none', stopBits = 1, rtscts = false } = settings;
  const speed = Buffer.alloc(4);
  speed.writeUInt32BE(baudRate);
  const isNearSpeed = (answered: number): boolean => Math.abs(answered / baudRate - 1) <= tolerance;
  const setting = (wanted: Wanted): Setting => settingOf(server, wanted);
  const flow = rtscts ? 'RTS/CTS flow control' : 'no flow control';
  const wires = (['dtr', 'rts'] as const).flatMap((wire) => {
    const level = settings[wire];
    if (level === undefined) return [];
    const { on, off, range } = control[wire];
    const shown = `${wire.toUpperCase()} ${level ? 'on' : 'off'}`;
    return [setting({ name: 'SET-CONTROL', code: 5, value: Buffer.of(level ? on : off), shown, range })];
  });
  return [
    setting({
      name: 'SET-BAUDRATE',
      code: 1,
      value: speed,
      shown: String(baudRate),
      isNeeded: true,
      isNear: isNearSpeed,
    }),
    setting({ name: 'SET-DATASIZE', code: 2, value: Buffer.of(dataBits), shown: String(dataBits) }),
    setting({ name: 'SET-PARITY', code: 3, value: Buffer.of(parities[parity]), shown: parity }),
    setting({ name: 'SET-STOPSIZE', code: 4, value: Buffer.of(stopSizes[stopBits]), shown: String(stopBits) }),
    setting({ name: 'SET-CONTROL', code: 5, value: Buffer.of(rtscts ? 3 : 1), shown: flow, isNeeded: rtscts }),
    ...wires,
  ];
}

/** The commands that a line is given up with, as if it had been hung up. */
export function hangUp(): Buffer {
  const off = (value: number): Buffer => subnegotiation(COM_PORT, Buffer.of(5, value));
  return Buffer.concat([off(control.dtr.off), off(control.rts.off)]);
}

function settingOf(server: string, wanted: Wanted): Setting {
  const { name, code, value, shown, isNeeded = false, isNear, range } = wanted;
  const asked = `${server}: asked for ${name} ${shown}, the serial server`;
  const advice =
    name === 'SET-CONTROL'
      ? 'does not know it; set it up at the server, and open the line without rtscts'
      : 'ask for what its port can do';
  return {
    name,
    command: subnegotiation(COM_PORT, Buffer.concat([Buffer.of(code), value])),
    isAnswer: (answerCode, answered) => {
      if (answerCode !== code + FROM_SERVER) return false;
      if (name !== 'SET-CONTROL') return true;
      const [number = 0] = answered;
      const ranges = [control.dtr.range, control.rts.range, ...others];
      const itsRange = ranges.find(([lowest, highest]) => number >= lowest && number <= highest);
      return range === itsRange;
    },
    isNeeded,
    judge: (answered) => {
      if (answered?.equals(value)) return undefined;
      const told = answered === undefined ? 'did not answer' : `answered ${shownAs(answered, value.length)}`;
      const isGood = readings(answered, value.length).some((one) => one === valueOf(value) || isNear?.(one));
      if (isNeeded && !isGood) throw new OSError('EINVAL', 'open', `${asked} ${told}; ${advice}`);
      return `${asked} ${told}`;
    },
  };
}

/** The numbers that an answer may mean: some servers put bytes around the value. */
function readings(answered: Buffer | undefined, length: number): readonly number[] {
  if (answered === undefined || answered.length === 0) return [];
  if (answered.length <= length) return [valueOf(answered)];
  return Array.from({ length: answered.length - length + 1 }, (_, from) => answered.readUIntBE(from, length));
}

function valueOf(bytes: Buffer): number {
  return bytes.readUIntBE(0, bytes.length);
}

/** The number that an answer is, and what stands behind it. */
function shownAs(value: Buffer, length: number): string {
  if (value.length === 0) return 'nothing';
  const number = String(valueOf(value.subarray(0, length)));
  const rest = value.length - length;
  return rest > 0 ? `${number} and ${rest} bytes more` : number;
}
