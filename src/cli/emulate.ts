import { Command, Option } from 'commander';
import { firstValueFrom, fromEvent, merge } from 'rxjs';

import {
  type AccessPoint,
  type EmulatorOptions,
  firmwareVersions,
  type FirmwareVersion,
  type HostTable,
  type ScheduledFault,
  servePty,
  serveTcp,
} from '../emulator';
import { faultHelp, parseFault } from './fault';
import {
  type JoinTimes,
  parseAccessPoint,
  parseDecimal,
  parseHost,
  parseJoinTimes,
  parsePort,
  parsePortMapping,
  parseWholeNumber,
} from './values';
import { watch } from './watch';

/** The options of the command as commander gives them. */
interface EmulateOptions {
  readonly pty?: true;
  readonly tcp?: number;
  readonly firmware: FirmwareVersion;
  readonly baud: number;
  readonly host: HostTable;
  readonly accessPoint: readonly AccessPoint[];
  readonly seed: number;
  readonly latency: number;
  readonly fault: readonly ScheduledFault[];
  readonly port: Readonly<Record<number, number>>;
  readonly joinTimes?: JoinTimes;
  readonly link?: string;
  readonly verbose?: true;
}

const defaultAccessPoints: readonly AccessPoint[] = [{ ssid: 'my-ssid', key: 'my-password' }];

const help = `
The first line of standard output is what to open: a device, or tcp://127.0.0.1:<port>. SIGINT (Ctrl-C) or SIGTERM ends
the modem. Standard error explains what the modem could not do for a program; with --verbose, it has a line for each
command and connection.

The modem reaches this machine, 127.0.0.1, and nothing else. A host is written <name>[@<address>][:<port>]=<where>, and
<where> is 127.0.0.1 with or without a port, refused or unreachable. Add /tcp or /udp for one protocol only, and
,delay=50ms for a host that is that far away. A name gets an address of its own unless you give one. When the modem
listens on a port, it listens on the same port of 127.0.0.1; --port 80=8080 chooses another, and --port 80=0 any free one.

The modem has the AT commands for Wi-Fi, TCP, UDP and TLS as a client. It has none for MQTT, HTTP or Bluetooth.
${faultHelp}

Examples:
  rx-usocket emulate --host host.example=127.0.0.1:8080 --link /tmp/modem --verbose
  rx-usocket emulate --host host.example@203.0.113.7:80=127.0.0.1:8080/tcp,delay=50ms --port 80=8080
  rx-usocket emulate --tcp 3000 --firmware 2.2.2 --baud 921600 --access-point "my-ssid:my-password"
  rx-usocket emulate --fault wifi-lost:5s:links=keep@10s --fault lose:3:from=host@20s --fault reset@1m`;

/** `rx-usocket emulate`: serves a virtual modem to any program that speaks AT, until a signal ends it. */
export function emulateCommand(): Command {
  return new Command('emulate')
    .description('Serve a virtual ESP8285 that any program can open like a device.')
    .option('--pty', 'serve a pseudo-terminal (the default; Linux and macOS)')
    .addOption(
      new Option('--tcp <port>', 'serve raw bytes on a port of 127.0.0.1; 0 for any that is free')
        .argParser(parsePort)
        .conflicts('pty'),
    )
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
      new Option(
        '--link <path>',
        'a symbolic link to the device, under the same name each time; removed at the end',
      ).conflicts('tcp'),
    )
    .option('--verbose', 'print a line for each command and connection')
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
    .action(emulate);
}

async function emulate(given: EmulateOptions): Promise<void> {
  const { tcp, host: hosts, accessPoint: networks, joinTimes: times, fault: faults, port: ports, ...more } = given;
  const { link, verbose, ...options } = more;
  const accessPoints = networks.map((network) => ({ ...network, ...times }));
  const modem = await start({ ...options, hosts, accessPoints, faults, ports }, tcp, link);
  const watching = watch(modem.emulator, verbose === true, (line) => {
    console.error(line);
  });
  // Before the address is printed, because a program that reads it may stop the modem at once.
  const stopped = firstValueFrom(merge(...['SIGINT', 'SIGTERM', 'SIGHUP'].map((signal) => fromEvent(process, signal))));
  console.log(modem.address);
  console.error(`A virtual ESP8285 with AT ${options.firmware}, ${options.baud} baud. Ctrl-C ends it.`);
  await stopped;
  await modem.close();
  watching.unsubscribe();
}

async function start(options: EmulatorOptions, tcp: number | undefined, link: string | undefined) {
  if (tcp !== undefined) {
    const served = await serveTcp({ ...options, port: tcp }).catch((cause: unknown) => {
      if (!(cause instanceof Error && 'syscall' in cause)) throw cause;
      throw new Error(`${cause.message}; choose another port for --tcp, or 0 for any that is free`, { cause });
    });
    return { ...served, address: `tcp://127.0.0.1:${served.port}` };
  }
  const served = await servePty({ ...options, ...(link !== undefined && { link }) }).catch((cause: unknown) => {
    // A wrong argument is reported as it is; anything else means that there are no pseudo-terminals.
    const isAskedFor = cause instanceof RangeError || (cause instanceof Error && 'syscall' in cause);
    const isTaken = cause instanceof Error && 'code' in cause && cause.code === 'EEXIST';
    if (isAskedFor || isTaken) throw cause;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`there are no pseudo-terminals here; use --tcp, or npm install @lydell/node-pty\n(${why})`, {
      cause,
    });
  });
  return { ...served, address: link ?? served.path };
}
