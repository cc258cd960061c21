import type { Emulator } from '../serve/emulator';
import type { EmulatorState } from '../serve/emulatorState';

/** The state without the key of the modem's own network. */
export type ShownState = Omit<EmulatorState, 'softAp'> & {
  readonly softAp: Omit<NonNullable<EmulatorState['softAp']>, 'key'> | null;
};

export function shownState({ state }: Emulator): ShownState {
  const { softAp: own, ...shown } = state;
  if (own === undefined) return { ...shown, softAp: null };
  const { ssid, channel, ecn, mostStations, hidden } = own;
  return { ...shown, softAp: { ssid, channel, ecn, mostStations, hidden } };
}
