import { once } from 'node:events';
import type { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { setTimeout } from 'node:timers/promises';

import { type Command, Option } from 'commander';
import { BehaviorSubject, filter, firstValueFrom, fromEvent, map, merge } from 'rxjs';

import { usocket } from '../..';
import type { ESP8285 } from '../../esp8285';
import { connect, createServer } from '../../node';
import { abortError } from '../console/aborted';
import type { CommandContext } from '../console/context';
import { usageFailure } from '../console/exitCodes';
import { modemCommand, type ModemCommandOptions } from '../modem/modemCommand';
import { type Report, reportOf } from '../console/report';
import { withModem } from '../modem/withModem';
import { parseHostPort } from '../options/places';
import { parseDuration } from '../options/values';

interface NcOptions extends ModemCommandOptions {
  readonly listen?: true;
  readonly udp?: true;
  readonly wait: number;
}

const help = `
When standard input ends, the connection stays open until the host has ended it, or has been silent for --wait. A modem cannot
end one direction alone, so a host that waits for this end learns of it only then. With -u each piece of the input is a
datagram, of 2048 bytes at most, and the command ends --wait after the input. With -u -l the input waits for the first
datagram; from then on, whoever has sent last gets it.

Examples:
  printf 'GET / HTTP/1.0\\r\\n\\r\\n' | rx-usocket nc host.example 80 --port /dev/ttyUSB0 --ssid my-ssid
  rx-usocket nc -l 5000 > received
  echo hello | rx-usocket nc -u 192.168.1.9 7 --wait 1s`;

/** `rx-usocket nc`: standard input and output over a connection, or over datagrams. */
export function ncCommand(context: CommandContext): Command {
  return modemCommand('nc')
    .description('Connect standard input and output to a port of a host, or wait for a client with -l.')
    .argument('<where...>', 'host and port; with -l only a port')
    .option('-l, --listen', 'wait for one client')
    .option('-u, --udp', 'use datagrams')
    .addOption(
      new Option('--wait <time>', 'how long the host may be silent after the input has ended')
        .argParser(parseDuration)
        .default(60_000, '1m'),
    )
    .addHelpText('after', help)
    .action(async (where: readonly string[], options: NcOptions) => {
      const to = place(where, options.listen === true);
      const report = reportOf(options, context);
      await withModem(options, context, async (nic) => {
        if (options.udp) await datagrams(nic, to, options, context, report);
        else if (options.listen) await accept(nic, to.port, options, context, report);
        else await talk(connect({ ...to, nic, halfCloseTimeout: options.wait }), context);
      });
    });
}

function place(where: readonly string[], isListening: boolean): { readonly host: string; readonly port: number } {
  const wanted = isListening ? 1 : 2;
  const advice = isListening ? 'try nc -l 5000' : 'try nc host.example 80';
  if (where.length > wanted) throw usageFailure(`unexpected argument ${where[wanted]}; ${advice}`);
  if (where.length < wanted) throw usageFailure(`the port is missing; ${advice}`);
  try {
    return parseHostPort(isListening ? `0.0.0.0:${where.join('')}` : where.join(':'));
  } catch (cause) {
    throw usageFailure(`${where.join(' ')} is not a ${isListening ? 'port' : 'host with a port'}; ${advice}`, {
      cause,
    });
  }
}

async function accept(
  nic: ESP8285,
  port: number,
  { wait }: NcOptions,
  context: CommandContext,
  report: Report,
): Promise<void> {
  const server = createServer({ nic, halfCloseTimeout: wait });
  server.maxConnections = 1;
  // A client that is there already needs the port no more.
  server.on('error', () => undefined);
  const { signal } = context;
  // The client may come while the address is asked for.
  const accepted = once(server, 'connection', { signal }) as Promise<[Socket]>;
  const listening = once(server.listen({ port }), 'listening', { signal });
  const told = listening.then(async () => {
    const [host] = await nic.ifconfig();
    report.note(`listens on ${host}:${port}`);
  });
  const [[client]] = await Promise.all([accepted, told]);
  await talk(client, context);
  server.close();
}

/** Passes bytes in both directions until the connection has closed. Rejects when it has failed. */
async function talk(socket: Socket, { input, output }: CommandContext): Promise<void> {
  let failure: Error | undefined;
  socket.once('error', (error) => (failure = error));
  // Such as that of a folder: nc host.example 80 < folder
  const fail = (error: Error) => void socket.destroy(error);
  input.once('error', fail).pipe(socket);
  socket.pipe(output, { end: false });
  await new Promise((closed) => socket.once('close', closed));
  // Standard input would keep the process running.
  input.off('error', fail).unpipe(socket).pause();
  if (failure) throw failure;
}

async function datagrams(
  nic: ESP8285,
  { host, port }: { readonly host: string; readonly port: number },
  { listen, wait }: NcOptions,
  { input, output, signal }: CommandContext,
  report: Report,
): Promise<void> {
  const socket = usocket.socket(usocket.AF_INET, usocket.SOCK_DGRAM, usocket.IPPROTO_UDP, { nic });
  const ending = new AbortController();
  const until = { signal: AbortSignal.any([signal, ending.signal]) };
  /** Whom the input is sent to; with `-l` the one who has sent last. */
  const peer = new BehaviorSubject<readonly [string, number] | undefined>(undefined);
  const ended$ = merge(
    abortError(until.signal),
    fromEvent(input, 'error').pipe(
      map((error): never => {
        throw error;
      }),
    ),
  );
  const known$ = merge(peer.pipe(filter((address) => address !== undefined)), ended$);
  if (listen) {
    await socket.bind([host, port]);
    const [address] = await nic.ifconfig();
    report.note(`listens on ${address}:${port}`);
  } else {
    const [[, , , , address]] = await usocket.getaddrinfo(host, port, { nic });
    await socket.connect(address);
    peer.next(address);
  }

  const receiving = (async () => {
    while (!until.signal.aborted) {
      const [bytes, from] = await socket.recvfrom(2048, until);
      if (listen) peer.next(from);
      output.write(bytes);
    }
  })().catch((error: unknown) => {
    if (!until.signal.aborted) throw error;
  });
  const sending = (async () => {
    // The input waits for the first datagram, whose sender gets it.
    await firstValueFrom(known$);
    for await (const piece of input) {
      const bytes = Buffer.from(piece as Uint8Array | string);
      for (let at = 0; at < bytes.length; at += nic.maxDatagram) {
        await socket.sendto(bytes.subarray(at, at + nic.maxDatagram), await firstValueFrom(known$));
      }
    }
    if (listen) return;
    await setTimeout(wait, undefined, until);
    ending.abort();
  })();
  try {
    // The input may never end.
    await Promise.race([Promise.all([receiving, sending]), once(signal, 'abort')]);
  } finally {
    ending.abort();
    if ('destroy' in input) (input as Readable).destroy();
    await sending.catch(() => undefined);
    await socket.close();
  }
}
