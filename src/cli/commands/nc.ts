import { once } from 'node:events';
import type { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { setTimeout } from 'node:timers/promises';

import { type Command, Option } from 'commander';

import { usocket } from '../..';
import type { ESP8285 } from '../../esp8285';
import { connect, createServer } from '../../node';
import type { CommandContext } from '../manner/context';
import { usageFailure } from '../manner/exitCodes';
import { modemCommand, type ModemCommandOptions } from '../manner/modemCommand';
import { type Report, reportOf } from '../manner/report';
import { withModem } from '../manner/withModem';
import { parseHostPort } from '../serving/places';
import { parseDuration } from '../values';

interface NcOptions extends ModemCommandOptions {
  readonly listen?: true;
  readonly udp?: true;
  readonly wait: number;
}

const help = `
When standard input ends, the connection stays open until the host has ended it, or has been silent for --wait. A modem cannot
end one direction alone, so a host that waits for this end learns of it only then. With -u each piece of the input is a
datagram, and the command ends --wait after the input.

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
        if (options.udp) await datagrams(nic, to, options, context);
        else if (options.listen) await accept(nic, to.port, options, context, report);
        else await talk(connect({ ...to, nic, halfCloseTimeout: options.wait }), context);
      });
    });
}

function place(where: readonly string[], isListening: boolean): { readonly host: string; readonly port: number } {
  const wanted = isListening ? 1 : 2;
  if (where.length !== wanted) throw usageFailure(isListening ? 'try nc -l 5000' : 'try nc host.example 80');
  try {
    return parseHostPort(isListening ? `0.0.0.0:${where.join('')}` : where.join(':'));
  } catch (cause) {
    throw usageFailure(`${where.join(' ')} is no host with a port; try nc host.example 80`, { cause });
  }
}

async function accept(
  nic: ESP8285,
  port: number,
  { wait }: NcOptions,
  context: CommandContext,
  report: Report,
): Promise<void> {
  const server = createServer({ nic, halfCloseTimeout: wait }).listen({ port });
  server.maxConnections = 1;
  const { signal } = context;
  await once(server, 'listening', { signal });
  const [host] = await nic.ifconfig();
  report.note(`listens on ${host}:${port}`);
  const [client] = (await once(server, 'connection', { signal })) as [Socket];
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
): Promise<void> {
  const socket = usocket.socket(usocket.AF_INET, usocket.SOCK_DGRAM, usocket.IPPROTO_UDP, { nic });
  const ending = new AbortController();
  const until = { signal: AbortSignal.any([signal, ending.signal]) };
  let peer: readonly [string, number] | undefined;
  if (listen) await socket.bind([host, port]);
  else {
    const [[, , , , address]] = await usocket.getaddrinfo(host, port, { nic });
    await socket.connect(address);
    peer = address;
  }

  const receiving = (async () => {
    while (!until.signal.aborted) {
      const [bytes, from] = await socket.recvfrom(2048, until);
      if (listen) peer = from;
      output.write(bytes);
    }
  })().catch((error: unknown) => {
    if (!until.signal.aborted) throw error;
  });
  const sending = (async () => {
    for await (const piece of input) if (peer) await socket.sendto(Buffer.from(piece as Uint8Array | string), peer);
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
