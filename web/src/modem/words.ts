import type { InterfaceState, LinkDetails } from 'rx-usocket/watch';

/** One line of the description of an interface. */
export type Fact = readonly [name: string, value: string];

const receiveWords = {
  adaptive: 'adaptive: pushed or pulled',
  pushed: 'pushed by the modem',
  pulled: 'pulled by the driver',
} as const;

const modemWords = { starting: 'being set up', up: 'up', down: 'down', closed: 'closed' } as const;

/** Describes an interface as names and values. What is not known yet is left out. */
export function factsOf(state: InterfaceState): readonly Fact[] {
  const { line, baud, firmware, modem, address, receive, waitingCommands, isDerived } = state;
  return [
    ['Modem', modemWords[modem]],
    ...fact('Firmware', firmware),
    ...fact('Line', line),
    ...fact('Speed', baud && `${count(baud)} baud, ${count(baud / 10)} bytes/s`),
    ['Wi-Fi', wifiWords(state)],
    ...fact('Address', address),
    ...fact('Receiving', receive && receiveWords[receive]),
    ...fact('Waiting commands', isDerived ? undefined : count(waitingCommands)),
  ];
}

function fact(name: string, value: string | number | undefined): readonly Fact[] {
  return value === undefined ? [] : [[name, `${value}`]];
}

function wifiWords({ wifi, ssid }: InterfaceState): string {
  const network = ssid === undefined ? 'a network' : `“${ssid}”`;
  return { up: `on ${network}`, joining: `joining ${network}`, down: 'not on a network' }[wifi];
}

/** The other end of a link, such as `10.0.0.7:80`. */
export function peerOf({ remote }: LinkDetails): string {
  return remote ? `${remote.address}:${remote.port}` : '–';
}

/** The bytes that have come for a link and that its socket has not read yet, and where they are if it is not the driver. */
export function unreadOf({ queued, waiting }: LinkDetails): { readonly bytes: string; readonly place?: string } {
  const bytes = count(queued + waiting);
  if (waiting === 0) return { bytes };
  return { bytes, place: queued === 0 ? 'in the modem' : `${count(waiting)} in the modem` };
}

export function count(number: number): string {
  return Math.round(number).toLocaleString('en');
}
