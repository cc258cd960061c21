import type { Frame } from './frame';

/** `+CWJAP:…`, `+CIPSTATUS:…`; data of a passive read are no line. AT 1.x answers a ping with `+12`. */
const named =
  /^\+(?!CIPRECVDATA)(?:CW|CIP|CIF|UART|SYS|STA_|DIST_|LINK_|PING|QUITT|TIME_)[A-Z\d_]*(?:[:=,]|$)|^\+(?:\d+|timeout)$/;

/**
 * Lines without a name: parts of answers, diagnostics of AT 1.x, and what ESP-AT builds with one serial line for all leak
 * of their log (the strings of Espressif's binaries; esp-at issues 280, 294, 451).
 */
const words = new RegExp(
  `^(?:${[
    'AT version:|SDK version|compile time|Bin version|STATUS:\\d|No AP|ERR CODE:0x',
    'WIFI |DHCP TIMEOUT|smartconfig|Have \\d|Will force to restart',
    'no ip|DNS Fail|ALREADY CONNECTED|IP ERROR|ID ERROR|Link type ERROR|ENTRY ERROR|Miss param|ssl |UNLINK|MUX=\\d',
    'link is |CIPSERVER must|IPMODE|no change|TcpServer Failure|Server has started|backlog link fail',
    'too long|send mode error|no tail|ip error|no port|BUFFER FULL|QUEUE FULL|SEND Canceled|Recv|busy',
    'to read \\d+ bytes|local port:\\d|change type:\\d',
  ].join('|')})`,
);

/**
 * Whether a line that means nothing by itself is of the kind that a firmware prints. Anything else is what is left of
 * something: of a line, of a header, or of data whose header was lost.
 */
export function isFirmwareLine(text: string): boolean {
  return named.test(text) || words.test(text);
}

/** Whether a frame shows that bytes were lost, or that the modem is not as it was left. */
export function isOdd(frame: Frame): boolean {
  if (frame.kind === 'line') return !isFirmwareLine(frame.text);
  return frame.kind === 'noise' || frame.kind === 'damage';
}
