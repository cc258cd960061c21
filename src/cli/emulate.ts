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
import { faultHelp, scheduledFault } from './fault';
import { accessPoint, decimal, hostRoute, tcpPort, wholeNumber } from './values';

interface Options {
  readonly pty?: true;
  readonly tcp?: number;
  readonly firmware: FirmwareVersion;
  readonly baud: number;
  readonly host: HostTable;
  readonly accessPoint: readonly AccessPoint[];
  readonly seed: number;
  readonly latency: number;
  readonly fault: readonly ScheduledFault[];
}

const defaultAccessPoints: readonly AccessPoint[] = [{ ssid: 'my-ssid', key: 'my-password' }];

const help = `
The first line of standard output is what to open: a device, or tcp://127.0.0.1:<port>. The modem connects to this
machine only; --host says which names and addresses lead where. SIGINT (Ctrl-C) or SIGTERM ends it.
${faultHelp}

Examples:
  rx-usocket emulate --host host.example=127.0.0.1:8080
  rx-usocket emulate --tcp 3000 --firmware 2.2.2 --baud 921600 --access-point "my-ssid:my-password"
  rx-usocket emulate --fault wifi-lost:5s:links=keep@10s --fault lose:3:from=host@20s --fault reset@1m`;

/** `rx-usocket emulate`: a virtual modem for any program that speaks AT, until it is told to end. */
export function emulateCommand(): Command {
  return new Command('emulate')
    .description('Serve a virtual ESP8285 that any program can open like a device.')
    .option('--pty', 'on a pseudo-terminal (the default; Linux and macOS)')
    .addOption(
      new Option('--tcp <port>', 'as raw bytes on a port of 127.0.0.1; 0 for any').argParser(tcpPort).conflicts('pty'),
    )
    .addOption(new Option('--firmware <version>', 'what it is').choices(firmwareVersions).default('1.7.4'))
    .option('--baud <rate>', 'speed that the line is paced to, in bits per second; 0 for none', wholeNumber, 115_200)
    .addOption(
      new Option('--host <name=where>', 'where a name or an address leads: 127.0.0.1:8080, refused or unreachable')
        .argParser(hostRoute)
        .default({}, 'none'),
    )
    .addOption(
      new Option('--access-point <ssid:key>', 'a network in the air; without a key it is open')
        .argParser((text, before: readonly AccessPoint[]) =>
          before === defaultAccessPoints ? [accessPoint(text)] : [...before, accessPoint(text)],
        )
        .default(defaultAccessPoints, 'my-ssid:my-password'),
    )
    .option('--seed <number>', 'whence all chance comes', wholeNumber, 1)
    .option('--latency <factor>', 'scales its delays; 0 for none', decimal, 1)
    .addOption(
      new Option('--fault <what@when>', 'something that goes wrong; see below')
        .argParser(scheduledFault)
        .default([], 'none'),
    )
    .addHelpText('after', help)
    .action(emulate);
}

async function emulate({ tcp, host, accessPoint: accessPoints, fault: faults, ...options }: Options): Promise<void> {
  const modem = await start(tcp, { ...options, hosts: host, accessPoints, faults });
  // Who has read the address may already stop it.
  const stopped = firstValueFrom(merge(fromEvent(process, 'SIGINT'), fromEvent(process, 'SIGTERM')));
  console.log(modem.address);
  console.error(`A virtual ESP8285 with AT ${options.firmware}, ${options.baud} baud. Ctrl-C ends it.`);
  await stopped;
  await modem.close();
}

async function start(tcp: number | undefined, options: EmulatorOptions) {
  if (tcp !== undefined) {
    const served = await serveTcp({ ...options, port: tcp });
    return { address: `tcp://127.0.0.1:${served.port}`, close: () => served.close() };
  }
  const served = await servePty(options).catch((cause: unknown) => {
    if (cause instanceof RangeError) throw cause;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`there are no pseudo-terminals here; use --tcp, or npm install @lydell/node-pty\n(${why})`, {
      cause,
    });
  });
  return { address: served.path, close: () => served.close() };
}
