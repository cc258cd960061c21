import { OSError } from '../../usocket/contract/osError';
import { firstMatch } from './answerLines';

/**
 * How received data come: the modem pushes them, the driver asks for them (passive receive), or the driver chooses
 * between both.
 */
export type Receive = 'adaptive' | 'pushed' | 'pulled';

/** What distinguishes the commands of one firmware from those of others. */
export interface Dialect {
  /** NonOS AT 1.x, or ESP-AT 2.x and later. */
  readonly generation: 'nonos' | 'esp-at';
  /** `'1.7.4.0'`; `'unknown'` if the modem does not say it. */
  readonly version: string;
  /**
   * Whether the firmware can hold received bytes back until they are requested, so that a slow reader slows the sender
   * down.
   */
  readonly passiveReceive: boolean;
  /** Whether each TCP link has a send buffer with numbered segments (`AT+CIPSENDBUF`), as on AT 1.3 to 1.7. */
  readonly sendBuffer: boolean;
  /** The suffix of commands whose setting lasts only until the next start, on AT 1.x. AT 0.x has none. */
  readonly volatileSuffix: '' | '_CUR';
  /**
   * Whether the firmware has name servers, a host name and a clock, as AT 1.4 and later: `AT+CIPDNS`, `AT+CWHOSTNAME`,
   * `AT+CIPSNTPCFG`.
   */
  readonly namesAndClock: boolean;
}

const unknown = 'unknown';

/**
 * Chooses the dialect by the line `AT version:` in the answer to `AT+GMR`. The other lines are known to contradict it.
 *
 * @param lines The lines of the answer, including those of the vendor.
 */
export function dialectOf(lines: readonly string[]): Dialect {
  const version = firstMatch(lines, /^AT\s*version\s*:\s*v?(\d+(?:\.\d+){0,3})/i)?.[1] ?? unknown;
  const [major = 1, minor = 0] = version === unknown ? [] : version.split('.').map(Number);
  return major >= 2
    ? {
        generation: 'esp-at',
        version,
        passiveReceive: major > 2 || minor >= 1,
        sendBuffer: false,
        volatileSuffix: '',
        namesAndClock: true,
      }
    : {
        generation: 'nonos',
        version,
        passiveReceive: major === 1 && minor >= 7,
        sendBuffer: major === 1 && minor >= 3,
        volatileSuffix: major === 0 ? '' : '_CUR',
        namesAndClock: major === 1 && minor >= 4,
      };
}

/**
 * Whether the version in the answer to `AT+GMR` is certain. Every firmware since 0.21 prints four numbers. Fewer mean
 * that a byte was lost, or that another maker has changed the line.
 */
export function isCertain(lines: readonly string[]): boolean {
  return firstMatch(lines, /^AT\s*version\s*:\s*v?\d{1,2}(?:\.\d{1,3}){3}(?![.\d])/i) !== undefined;
}

/** Throws `EOPNOTSUPP` for a firmware without the commands for name servers, host name and clock. */
export function requireNamesAndClock({ namesAndClock, version }: Dialect, syscall: string): void {
  if (namesAndClock) return;
  const message = `${syscall}: the modem's firmware (AT ${version}) cannot do that; AT 1.4 and later can`;
  throw new OSError('EOPNOTSUPP', syscall, message);
}
