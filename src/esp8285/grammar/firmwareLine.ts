/** `+CWJAP:…`, `+CIPSTATUS:…`; but not the data of a passive read. AT 1.x answers a ping with `+12`. */
const named =
  /^\+(?!CIPRECVDATA)(?:CW|CIP|CIF|UART|SYS|STA_|DIST_|LINK_|PING|QUITT|TIME_|MQTT|BLE|ETH_|HTTP|WS_)[A-Z\d_]*(?:[:=,]|$)|^\+(?:\d+|timeout)$/;

/**
 * Lines without a name: parts of answers, diagnostics of AT 1.x, what Espressif's page "AT Messages" lists, and the log that
 * ESP-AT builds with a single serial line leak (the strings of Espressif's binaries; esp-at issues 280, 294, 451).
 */
const unnamed = new RegExp(
  `^(?:${[
    'AT version:|SDK version|compile time|Bin version|STATUS:\\d|No AP|ERR CODE:0x',
    'WIFI |DHCP TIMEOUT|smartconfig|Smart get wifi info|Have \\d|Will force to restart|NO (?:CERT|PRVT_KEY|CA) FOUND',
    'no ip|DNS Fail|ALREADY CONNECTED|IP ERROR|ID ERROR|Link type ERROR|ENTRY ERROR|Miss param|ssl |UNLINK|MUX=\\d',
    'link is |CIPSERVER must|IPMODE|no change|TcpServer Failure|Server has started|backlog link fail',
    'too long|send mode error|no tail|ip error|no port|BUFFER FULL|QUEUE FULL|SEND Canceled|Recv|busy',
    'to read \\d+ bytes|local port:\\d|change type:\\d',
  ].join('|')})`,
);

/** Lines that Espressif's SDKs log in small letters (the strings of NonOS 3.0 and RTOS 3.4, and reports of both). */
const logged =
  /^(?:wifi:|max tx power|state: \d|scandone|connected with|dhcp client|ip:\d|mode : |add if|del if|add \d|rm \d|cnt |bcn_|pm open|pm close|sleep (?:dis|en)able|reconnect|sta_|tcpip_adapter:|system_event)/;

/** Whether some firmware is known to print this line, which has no meaning by itself. */
export function isFirmwareLine(text: string): boolean {
  return named.test(text) || unnamed.test(text);
}

/** Whether a line looks like the log of a firmware, in colour or not: `E (8030) event: …`, `wifi:state: 5 -> 0`. */
export function isLogLine(text: string): boolean {
  return isColoured(text) || logged.test(text) || /^[EWIDV] \(\d+\) /.test(text);
}

const escape = String.fromCharCode(0x1b);
const colour = new RegExp(`${escape}\\[[\\d;]*[A-Za-z]`, 'g');

/** A line without the escape sequences that colour it on a terminal. */
export function withoutColour(text: string): string {
  return text.includes(escape) ? text.replace(colour, '') : text;
}

function isColoured(text: string): boolean {
  return text.startsWith(`${escape}[`);
}
