import type { Fault } from '../../../src/emulator';
import type { World } from './world';

/** A fault, and what it may do to payloads. */
export interface FaultCase {
  readonly strike: (world: World) => void;
  /** Whether the fault strikes before the operation begins, because later it would find nothing to strike. */
  readonly before?: boolean;
  /** The number of payload bytes that may change, because neither side can detect that. */
  readonly mayFlip?: number;
  /**
   * The payloads that may be wrong, because neither side can detect it. Pushed data may have gaps. Sent data may have junk
   * after it, if the modem still waits for bytes of a send, or may be missing, if `SEND OK` comes from the modem's own stack.
   */
  readonly mayCorrupt?: readonly ('sent' | 'pushed')[];
  /** What the line may have put into pushed data. */
  readonly mayInsert?: RegExp;
}

function emulated(faults: readonly Fault[], more: Omit<FaultCase, 'strike'> = {}): FaultCase {
  return {
    strike: ({ modem }) => {
      for (const fault of faults) modem.emulator.fault(fault);
    },
    ...more,
  };
}

const seconds = (count: number) => count * 1_000;
const before = { before: true };

/** All faults, by their names in docs/reliability.md. */
export const faultCases: Readonly<Record<string, FaultCase>> = {
  nothing: emulated([]),
  reset: emulated([{ kind: 'reset' }]),
  'reset, `ready` lost': emulated([{ kind: 'reset', loseReady: true }]),
  watchdog: emulated([{ kind: 'watchdog' }]),
  'brown-out': emulated([{ kind: 'brown-out' }]),
  'reset in a block': emulated([{ kind: 'cut-block' }]),
  'silent for 10 s': emulated([{ kind: 'silence', for: seconds(10) }], { mayCorrupt: ['sent', 'pushed'] }),
  'silent for ever': emulated([{ kind: 'silence' }]),
  '`busy` for 10 s': emulated([{ kind: 'busy', for: seconds(10) }], before),
  '`busy` for ever': emulated([{ kind: 'busy' }], before),
  'an answer lost': emulated([{ kind: 'lose-reply' }], { ...before, mayCorrupt: ['sent'] }),
  'the last line lost': emulated([{ kind: 'lose-result' }], before),
  'the last line reworded': emulated([{ kind: 'lose-result', as: 'SEND OKAY' }], before),
  '`ERROR` as the last line': emulated([{ kind: 'lose-result', as: 'ERROR' }], before),
  'a prompt lost': emulated([{ kind: 'lose-prompt' }], before),
  'a notice lost': emulated([{ kind: 'lose-notice' }], before),
  'an end lost': emulated([{ kind: 'lose-closed' }], before),
  'a byte from the modem lost': emulated([{ kind: 'lose', bytes: 1, after: 2 }]),
  '20 bytes from the modem lost': emulated([{ kind: 'lose', bytes: 20 }], { mayCorrupt: ['pushed'] }),
  'a byte to the modem lost': emulated([{ kind: 'lose', from: 'host', after: 3 }], { ...before, mayCorrupt: ['sent'] }),
  '20 bytes to the modem lost': emulated([{ kind: 'lose', bytes: 20, from: 'host' }], {
    ...before,
    mayCorrupt: ['sent'],
  }),
  '3 bytes from the modem changed': emulated([{ kind: 'flip', bytes: 3 }], { mayFlip: 3 }),
  '3 bytes to the modem changed': emulated([{ kind: 'flip', bytes: 3, from: 'host' }], { ...before, mayFlip: 3 }),
  'zeros for 10 s': {
    strike: (world) => {
      world.flood(seconds(10));
    },
    mayInsert: /\0\0(?:\0\0|\r\n)/g,
  },
  '`SEND FAIL`': emulated([{ kind: 'send-fail' }], before),
  '`SEND FAIL`, then `SEND OK`': emulated([{ kind: 'send-fail', thenOk: true }], before),
  'log lines for 10 s': emulated([{ kind: 'log-leak', for: seconds(10) }], before),
  'Wi-Fi lost for 5 s': emulated([{ kind: 'wifi-lost', for: seconds(5) }]),
  'the same, links end late': emulated([{ kind: 'wifi-lost', for: seconds(5), links: 'late' }]),
  'the same, links live on': emulated([{ kind: 'wifi-lost', for: seconds(5), links: 'keep' }]),
  'the same, no end told': emulated([{ kind: 'lose-closed' }, { kind: 'wifi-lost', for: seconds(5) }]),
  'Wi-Fi lost for good': emulated([{ kind: 'wifi-lost' }]),
  'the same, links live on, for good': emulated([{ kind: 'wifi-lost', links: 'keep' }], { mayCorrupt: ['sent'] }),
  'the same, no end told, for good': emulated([{ kind: 'lose-closed' }, { kind: 'wifi-lost' }]),
  'no addresses for 20 s': emulated([{ kind: 'dhcp-lost', for: seconds(20) }]),
  'no addresses any more': emulated([{ kind: 'dhcp-lost' }]),
  'cable pulled': emulated([{ kind: 'unplug' }]),
};
