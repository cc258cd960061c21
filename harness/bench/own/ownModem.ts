import { once } from 'node:events';
import { networkInterfaces } from 'node:os';

import type { CommandContext } from '../../../src/cli/console/context';
import { CommandFailure, exitCodes, messageWithCause, usageFailure } from '../../../src/cli/console/exitCodes';
import { networkSettings } from '../../../src/cli/modem/modemSettings';
import { withInterface, withModem } from '../../../src/cli/modem/withModem';
import type { ESP8285 } from '../../../src/esp8285';
import { connect } from '../../../src/node';
import type { LocalAddress } from '../../../src/proxy/localServer';
import { withoutPassword } from '../../../src/transports';
import { messageOf } from '../../../src/usocket/contract/messageOf';
import { taskOf } from '../figures';
import { loopback, startPeer } from '../peer';
import { addressesIn } from './addressesIn';

/** Milliseconds within which the modem reaches a peer that is there. */
const reachPatience = 20_000;

/** A modem of one's own, and what is to be done with it. */
export interface OwnOptions {
  readonly port: string;
  /** The speed at which it is measured. Default: the one that it has. */
  readonly baud?: number;
  /** The network that it joins first. Default: the one that it is on. */
  readonly ssid?: string;
  /** Where the peer listens, as the modem finds it. Default: on loopback. */
  readonly host?: LocalAddress;
}

/**
 * A modem at a serial port, which is on a network and has reached the peer. Nobody has its port open. Dispose of it with
 * `await using`, which gives it the speed back that it had.
 */
export interface OwnModem extends AsyncDisposable {
  readonly port: string;
  readonly place: LocalAddress;
  /** The version of its AT commands. */
  readonly firmware: string;
  readonly baud: number;
  /** Aborts when the bench has to end in order. */
  readonly signal: AbortSignal;
  /** Brings it back from whatever a program that has failed has left. */
  recover(): Promise<void>;
}

/**
 * Finds out what the modem is, has it join the network, and tries whether it reaches the peer.
 *
 * @throws CommandFailure (rejection), which says what is missing.
 */
export async function takeOwnModem(options: OwnOptions, given: CommandContext): Promise<OwnModem> {
  const { port, host: place = loopback } = options;
  if (/^[a-z][a-z\d+.-]+:./i.test(port)) {
    throw usageFailure(`--port ${withoutPassword(port)} is no serial port, which the bare programs could open`);
  }
  await checkPlace(place);
  // Asked for once.
  const network = await networkSettings(options, given);
  const environment = { ...given.environment, ...(network && { RX_USOCKET_KEY: network.key }) };
  const context = { ...given, environment };
  const line = { port, ...(network && { ssid: network.ssid }) };
  const setUp = (from: number | 'auto'): Promise<Found> =>
    withModem({ ...line, baud: from }, context, (nic) => check(nic, place));
  const { firmware, baud: had } = await setUp('auto');
  const baud = await reopen({ port, baud: had }, options.baud ?? had, context);
  if (baud !== (options.baud ?? baud)) {
    context.errors.write(`The line does not carry ${options.baud} baud, so it is measured at ${baud}.\n`);
  }
  return {
    port,
    place,
    firmware,
    baud,
    signal: context.signal,
    async recover() {
      // It may be in passthrough, in which no speed can be found, or it may have restarted, and have its first speed.
      const found = await setUp(baud).catch(() => setUp('auto'));
      const now = await reopen({ port, baud: found.baud }, baud, context);
      if (now !== baud) throw new CommandFailure(`the modem has ${now} baud now, and not ${baud}`, exitCodes.modem);
    },
    async [Symbol.asyncDispose]() {
      if (baud === had) return;
      // Also after Ctrl-C.
      const last = { ...context, signal: new AbortController().signal };
      await withInterface({ port, baud }, last, (nic) => nic.set_baud(had)).catch((error: unknown) => {
        context.errors.write(`The modem keeps ${baud} baud until it restarts: ${messageOf(error)}\n`);
      });
    },
  };
}

interface Found {
  readonly firmware: string;
  readonly baud: number;
}

/** Finds out what a modem is, and tries whether it reaches the peer. */
async function check(nic: ESP8285, place: LocalAddress): Promise<Found> {
  const firmware = await nic.version();
  if (firmware === 'unknown') {
    throw new CommandFailure('the modem does not say which firmware it has', exitCodes.modem);
  }
  if (!nic.isconnected()) {
    throw new CommandFailure('the modem is on no network; name one with --ssid', exitCodes.network);
  }
  await reach(nic, place);
  return { firmware, baud: nic.baud ?? 0 };
}

/** Opens the port again, as each program does, and changes the speed. Resolves to the one that the line has then. */
async function reopen(
  line: { readonly port: string; readonly baud: number },
  to: number,
  context: CommandContext,
): Promise<number> {
  return await withInterface(line, context, async (nic) => {
    if (!nic.isconnected()) {
      const message =
        'the modem loses its network when its port is opened again, as a board does that restarts with it';
      throw new CommandFailure(message, exitCodes.line);
    }
    return to === line.baud ? to : await nic.set_baud(to);
  });
}

const oneByte = taskOf('echo', 9600, 0);

/** Throws a usage failure for a place where this computer cannot listen. */
async function checkPlace(place: LocalAddress): Promise<void> {
  try {
    const peer = await startPeer(oneByte, 1, 0, place);
    await peer[Symbol.asyncDispose]();
  } catch (cause) {
    const all = addressesIn(undefined, networkInterfaces()).join(', ');
    throw usageFailure(`--host ${place.host}: ${messageOf(cause)}; this computer has ${all || 'no address'}`, {
      cause,
    });
  }
}

/** Connects to a peer, and has one byte go there and back. */
async function reach(nic: ESP8285, place: LocalAddress): Promise<void> {
  await using peer = await startPeer(oneByte, 1, 0, place);
  const signal = AbortSignal.timeout(reachPatience);
  const socket = connect({ host: peer.host, port: peer.port, nic });
  try {
    await once(socket, 'connect', { signal });
    socket.write('.');
    await once(socket, 'data', { signal });
  } catch (cause) {
    const why = signal.aborted ? `no answer within ${reachPatience / 1000} s` : messageWithCause(cause);
    const advice = await adviceFor(nic, place);
    const message = `the modem does not reach this computer at ${peer.host}:${peer.port}: ${why}; ${advice}`;
    throw new CommandFailure(message, exitCodes.network, { cause });
  } finally {
    socket.destroy();
  }
}

async function adviceFor(nic: ESP8285, { host }: LocalAddress): Promise<string> {
  const [address, netmask] = await nic.ifconfig();
  const reachable = addressesIn({ address, netmask }, networkInterfaces());
  if (reachable.includes(host)) {
    return 'if a firewall keeps it out, let it through to Node.js, or to one port: --host address:port';
  }
  const there = `the modem has the address ${address}`;
  if (reachable.length === 0) return `${there}, and this computer is not in that network`;
  return `${there}; try --host ${reachable.join(' or --host ')}`;
}
