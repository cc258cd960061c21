import { OSError } from '../usocket/osError';
import { subnegotiation } from './telnet';

/** The telnet option that RFC 2217 adds. */
export const COM_PORT = 44;

/** What the server says on its own: its answer to a setting has the setting's code plus this. */
const FROM_SERVER = 100;
/** Hold writes back, and let them go on (RFC 2217, "FLOWCONTROL-SUSPEND"). */
export const SUSPEND = 8 + FROM_SERVER;
export const RESUME = 9 + FROM_SERVER;

/** Speed and framing of a serial line. */
export interface ComPortSettings {
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
  /** The code of its answer. */
  readonly answer: number;
  /** Throws `EINVAL` when the server answers that it has set something else. */
  readonly check: (value: Buffer) => void;
}

const parities = { none: 1, odd: 2, even: 3 } as const;
const stopSizes = { 1: 1, 2: 2, 1.5: 3 } as const;

/** The commands of RFC 2217 that set a line up, in its order. */
export function settingsOf(server: string, settings: ComPortSettings): readonly Setting[] {
  const { baudRate = 115_200, dataBits = 8, parity = 'none', stopBits = 1, rtscts = false } = settings;
  const speed = Buffer.alloc(4);
  speed.writeUInt32BE(baudRate);
  const setting = (name: string, code: number, value: Buffer, shown: string): Setting => ({
    name,
    command: subnegotiation(COM_PORT, Buffer.concat([Buffer.of(code), value])),
    answer: code + FROM_SERVER,
    check: (answered) => {
      if (answered.equals(value)) return;
      const told = answered.length === 0 ? 'nothing' : String(answered.readUIntBE(0, Math.min(answered.length, 6)));
      throw new OSError(
        'EINVAL',
        'open',
        `${server}: asked for ${name} ${shown}, the serial server answered ${told}; ask for what its port can do`,
      );
    },
  });
  return [
    setting('SET-BAUDRATE', 1, speed, String(baudRate)),
    setting('SET-DATASIZE', 2, Buffer.of(dataBits), String(dataBits)),
    setting('SET-PARITY', 3, Buffer.of(parities[parity]), parity),
    setting('SET-STOPSIZE', 4, Buffer.of(stopSizes[stopBits]), String(stopBits)),
    setting('SET-CONTROL', 5, Buffer.of(rtscts ? 3 : 1), rtscts ? 'RTS/CTS flow control' : 'no flow control'),
  ];
}
