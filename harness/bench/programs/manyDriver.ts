import { monitorEventLoopDelay } from 'node:perf_hooks';
import { getHeapCodeStatistics } from 'node:v8';

import { messageOf } from '../../../src/usocket/contract/messageOf';
import { createModules, type ESP8285, machine, type Socket } from '../../../src';
import { within } from '../../time/limits';
import { linksOfModem } from '../many/manyFigures';
import type { FromMany, Memory, Observed, ToMany } from '../many/messages';
import { Check, Pattern } from '../pattern';
import { percentile } from '../results';

/** Bytes that each `recv` asks for at most. */
const most = 16_384;

/** How often the memory is looked at, and the milliseconds between these moments. */
const moments = 5;
const betweenMoments = 200;

/** Milliseconds between the moments at which the event loop is checked. */
const resolution = 5;

/** A modem with all of its links, and what they have received. */
interface Opened {
  readonly nic: ESP8285;
  readonly checks: readonly Check[];
  /** Whether its links end because the bench closes it. */
  isClosed: boolean;
}

/** Has many modems in one process, and reads all of their links, until the bench hangs up. */
export function driveMany(): void {
  const tell = (message: FromMany): void => void process.send?.(message);
  const failed = (error: unknown): void => {
    tell({ kind: 'failed', message: messageOf(error) });
  };
  // One stream for each number, which all modems share, so that their bytes are there once.
  let patterns: readonly Pattern[] | undefined;
  let modems: readonly Opened[] = [];
  const answer = async (message: ToMany): Promise<FromMany> => {
    switch (message.kind) {
      case 'open': {
        const shared = (patterns ??= patternsOf(message.seed));
        modems = await Promise.all(message.paths.map((path) => openModem(path, message, shared, failed)));
        return { kind: 'opened' };
      }
      case 'close':
        await Promise.all(modems.map(closeModem));
        modems = [];
        return { kind: 'closed' };
      case 'observe':
        return { kind: 'observed', ...(await observe(modems, message.seconds)) };
    }
  };
  process.on('message', (message: ToMany) => {
    answer(message).then(tell, failed);
  });
  process.once('disconnect', () => process.exit());
}

function patternsOf(seed: number): readonly Pattern[] {
  return Array.from({ length: linksOfModem }, (_, socket) => new Pattern(seed, { socket, direction: 'down' }));
}

/** Opens an interface and all links of its modem, and reads the links from then on. */
async function openModem(
  path: string,
  { setting, port }: Extract<ToMany, { kind: 'open' }>,
  patterns: readonly Pattern[],
  failed: (error: unknown) => void,
): Promise<Opened> {
  const { network, usocket } = createModules();
  const nic = await network.ESP8285(new machine.UART(path, setting.baud), { receive: setting.receive });
  if (!nic.isconnected()) await nic.connect('my-ssid', 'my-password');
  const checks: Check[] = [];
  const opened: Opened = { nic, checks, isClosed: false };
  for (const [link, pattern] of patterns.entries()) {
    const socket = usocket.socket();
    await socket.connect(['127.0.0.1', port]);
    await socket.sendall(Buffer.of(link));
    const check = new Check(pattern, Infinity);
    checks.push(check);
    receive(socket, check).catch((error: unknown) => {
      if (!opened.isClosed) failed(error);
    });
  }
  return opened;
}

async function closeModem(opened: Opened): Promise<void> {
  opened.isClosed = true;
  await opened.nic.close();
}

async function receive(socket: Socket, check: Check): Promise<never> {
  for (;;) {
    const bytes = await socket.recv(most);
    if (bytes.length === 0) throw new Error(`a stream ended after ${check.received} bytes`);
    check.take(bytes);
  }
}

function pass(milliseconds: number): Promise<void> {
  return within(milliseconds, new Promise<never>(() => undefined), () => undefined);
}

async function observe(modems: readonly Opened[], seconds: number): Promise<Observed> {
  const counts = (): number[][] => modems.map(({ checks }) => checks.map(({ received }) => received));
  const before = counts();
  const lateness = monitorEventLoopDelay({ resolution });
  lateness.enable();
  const processor = process.cpuUsage();
  const begun = performance.now();
  await pass(seconds * 1000);
  const { user, system } = process.cpuUsage(processor);
  const elapsed = (performance.now() - begun) / 1000;
  lateness.disable();
  const received = counts().map((links, modem) => links.map((count, link) => count - (before[modem]?.[link] ?? 0)));
  const late = (nanoseconds: number): number => Math.max(0, nanoseconds / 1e6 - resolution);
  const delay = { median: late(lateness.percentile(50)), p99: late(lateness.percentile(99)), max: late(lateness.max) };
  return { seconds: elapsed, processor: (user + system) / 1e6, received, delay, memory: await usualMemory() };
}

/** That of the median of some moments, because at any one a part of the modems may be asked for the state of their links. */
async function usualMemory(): Promise<Memory> {
  const first = memoryInUse();
  const taken = [first];
  while (taken.length < moments) {
    await pass(betweenMoments);
    taken.push(memoryInUse());
  }
  const heaps = taken.map(({ heap }) => heap);
  const usual = taken.find(({ heap }) => heap === percentile(heaps, 0.5)) ?? first;
  // Last, because it looks through the whole heap, which takes as long as a garbage collection.
  const { code_and_metadata_size: compiled, bytecode_and_metadata_size: bytecode } = getHeapCodeStatistics();
  return { ...usual, code: compiled + bytecode };
}

function memoryInUse(): Omit<Memory, 'code'> {
  // Once for each moment. Two in a row would keep the lines unread for so long that a slow machine loses bytes.
  global.gc?.();
  const { heapUsed, arrayBuffers, rss } = process.memoryUsage();
  return { heap: heapUsed, buffers: arrayBuffers, resident: rss };
}
