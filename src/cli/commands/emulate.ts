import { type Command, Option } from 'commander';

import {
  type AccessPoint,
  type Emulator,
  firmwareVersions,
  type FirmwareVersion,
  type HostTable,
  type ScheduledFault,
  serveControl,
  servePty,
  serveTcp,
} from '../../emulator';
import { aborted } from '../console/aborted';
import type { CommandContext } from '../console/context';
import { reportingCommand } from '../console/reportingCommand';
import { reportOf } from '../console/report';
import { faultHelp, parseFault } from '../options/fault';
import {
  type JoinTimes,
  parseAccessPoint,
  parseDecimal,
  parseHost,
  parseJoinTimes,
  parsePort,
  parsePortMapping,
  parseWholeNumber,
} from '../options/values';
import { printModemEvents } from '../serving/printModemEvents';
import { portFailure, serveLine, type ServeLineOptions, withServeOptions } from '../serving/serveLine';

/** The options of the command as commander gives them. */
interface EmulateOptions extends ServeLineOptions {
  readonly firmware: FirmwareVersion;
  readonly baud: number;
  readonly host: HostTable;
  readonly accessPoint: readonly AccessPoint[];
  readonly seed: number;
  readonly latency: number;
  readonly fault: readonly ScheduledFault[];
  readonly port: Readonly<Record<number, number>>;
  readonly joinTimes?: JoinTimes;
  readonly control?: number;
}

const defaultAccessPoints: readonly AccessPoint[] = [{ ssid: 'my-ssid', key: 'my-password' }];

const help = `
The first line of standard output is what to open: a device, or tcp://127.0.0.1:<port>. With --control, a second line has the
address of the control line, by which a test steers the modem with lines of JSON; see docs/testing-at-drivers.md. SIGINT
(Ctrl-C) or SIGTERM ends the modem. Standard error explains what the modem could not do for a program; with --verbose, it
has a line for each command and connection.

The modem reaches this machine, 127.0.0.1, and nothing else. A host is written <name>[@<address>][:<port>]=<where>, and
<where> is 127.0.0.1 with or without a port, refused or unreachable. Add /tcp or /udp for one protocol only, and
,delay=50ms for a host that is that far away. A name gets an address of its own unless you give one. When the modem
listens on a port, it listens on the same port of 127.0.0.1; --port 80=8080 chooses another, and --port 80=0 any free one.

The modem has the AT commands for Wi-Fi, TCP, UDP and TLS as a client. It has none for MQTT, HTTP or Bluetooth.
${faultHelp}

Examples:
  rx-usocket emulate --host host.example=127.0.0.1:8080 --link /tmp/modem --verbose
  rx-usocket emulate --host host.example@203.0.113.7:80=127.0.0.1:8080/tcp,delay=50ms --port 80=8080
  rx-usocket emulate --link /tmp/modem --control 3001 --baud 921600 --latency 0
  rx-usocket emulate --tcp 3000 --firmware 2.2.2 --baud 921600 --access-point "my-ssid:my-password"
  rx-usocket emulate --fault wifi-lost:5s:links=keep@10s --fault lose:3:from=host@20s --fault reset@1m`;

/** `rx-usocket emulate`: serves a virtual modem to any program that speaks AT, until a signal ends it. */
export function emulateCommand(context: CommandContext): Command {
  return withServeOptions(reportingCommand('emulate'))
    .description('Serve a virtual ESP8285 that any program can open like a device.')
    .addOption(
      new Option('--firmware <version>', 'the AT firmware to imitate').choices(firmwareVersions).default('1.7.4'),
    )
    .option('--baud <rate>', 'the speed of the line, in bits per second; 0 for no limit', parseWholeNumber, 115_200)
    .addOption(
      new Option('--host <name=where>', 'where a name or an address leads; see below')
        .argParser(parseHost)
        .default({}, 'none'),
    )
    .addOption(
      new Option('--port <modem=machine>', 'the port of 127.0.0.1 that stands in for one that the modem listens on')
        .argParser(parsePortMapping)
        .default({}, 'the same'),
    )
    .addOption(
      new Option('--control <port>', 'serve a control line on a port of 127.0.0.1; 0 for any that is free').argParser(
        parsePort,
      ),
    )
    .addOption(
      new Option('--access-point <ssid:key>', 'a Wi-Fi network within reach; one without a key is open')
        .argParser((text, before: readonly AccessPoint[]) =>
          before === defaultAccessPoints ? [parseAccessPoint(text)] : [...before, parseAccessPoint(text)],
        )
        .default(defaultAccessPoints, 'my-ssid:my-password'),
    )
    .addOption(
      new Option('--join-times <times>', 'how long joining a network takes, and then DHCP, as in 1.5s,35s').argParser(
        parseJoinTimes,
      ),
    )
    .option('--seed <number>', 'the seed of everything random', parseWholeNumber, 1)
    .option('--latency <factor>', 'multiplies all delays; 0 for none', parseDecimal, 1)
    .addOption(
      new Option('--fault <what@when>', 'a fault that happens at a given time; see below')
        .argParser(parseFault)
        .default([], 'none'),
    )
    .addHelpText('after', help)
    .action(async (options: EmulateOptions) => {
      await emulate(options, context);
    });
}

async function emulate(given: EmulateOptions, context: CommandContext): Promise<void> {
  const { host: hosts, accessPoint: networks, joinTimes: times, fault: faults, port: ports } = given;
  const { firmware, baud, seed, latency } = given;
  const accessPoints = networks.map((network) => ({ ...network, ...times }));
  const options = { firmware, baud, seed, latency, hosts, accessPoints, faults, ports };
  const report = reportOf(given, context);
  const { served, address } = await serveLine(given, {
    pty: (settings) => servePty({ ...options, ...settings }),
    tcp: (settings) => serveTcp({ ...options, ...settings }),
  });
  const printing = printModemEvents(served.emulator, given.verbose === true, (line) => {
    report.note(line);
  });
  try {
    const control = await controlOf(served.emulator, given.control);
    try {
      report.result({ line: address, ...(control && { control: control.address }) }, ({ line, ...more }) =>
        more.control === undefined ? line : `${line}\n${more.control}`,
      );
      report.note(`A virtual ESP8285 with AT ${firmware}, ${baud} baud. Ctrl-C ends it.`);
      await aborted(context.signal);
    } finally {
      await control?.close();
    }
  } finally {
    await served.close();
    printing.unsubscribe();
  }
}

async function controlOf(emulator: Emulator, port: number | undefined) {
  if (port === undefined) return undefined;
  const served = await serveControl(emulator, { port }).catch((cause: unknown) => {
    throw portFailure('--control', cause);
  });
  return { address: `tcp://127.0.0.1:${served.port}`, close: () => served.close() };
}
