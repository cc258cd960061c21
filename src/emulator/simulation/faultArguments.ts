import type { Fault } from './fault';

/**
 * What an argument of a fault is: a `flag`, which is given or not; a `time` in milliseconds; a number of `bytes`; a `speed`
 * in bits per second; a `line` of text; or one of several words.
 */
export type FaultArgument = 'flag' | 'time' | 'bytes' | 'speed' | 'line' | readonly string[];

const sides = ['modem', 'host'] as const;
const lasting = { for: 'time' } as const;
const damage = { bytes: 'bytes', after: 'bytes', from: sides } as const;

/**
 * The arguments of each kind of {@link Fault}, for programs that read faults from people or from other programs. The first
 * argument is the most important one. All of them may be left out.
 */
export const faultArguments: {
  readonly [K in Fault['kind']]: Readonly<
    Record<Exclude<keyof Extract<Fault, Record<'kind', K>>, 'kind'>, FaultArgument>
  >;
} = {
  reset: { loseReady: 'flag' },
  watchdog: {},
  'brown-out': { bytes: 'bytes' },
  lose: damage,
  flip: damage,
  marginal: { above: 'speed', every: 'bytes', from: sides },
  busy: lasting,
  silence: lasting,
  'log-leak': lasting,
  'wifi-lost': { for: 'time', links: ['close', 'late', 'keep'] },
  'dhcp-lost': lasting,
  'lose-prompt': {},
  'lose-reply': {},
  'lose-result': { as: 'line' },
  'lose-notice': {},
  'lose-closed': {},
  'keep-waiting': { overtake: 'flag' },
  'cut-block': { after: 'bytes' },
  'send-fail': { thenOk: 'flag' },
  unplug: {},
};
