/**
 * The demonstration: downloads a picture over a modem, shows it, and sends it on. Without a modem, it starts a virtual one.
 *
 *     npm start -- --help                        # in the repository
 *     npx tsx start.ts --help                    # in a copy of this file and the folder `demo`
 *
 * A copy needs `npm install rx-usocket rxjs commander cli-progress jimp`.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';

import { firstValueFrom, from, fromEvent, map, merge } from 'rxjs';
import { type Address, machine, network, OSError } from 'rx-usocket';

import { capacity } from './demo/capacity';
import { download } from './demo/download';
import { Meter } from './demo/meter';
import { type Options, readOptions } from './demo/options';
import { number, percent, Progress } from './demo/progress';
import { readPicture, renderPicture, screenOf } from './demo/showPicture';
import { upload } from './demo/upload';
import { startWatching, type Watching } from './demo/watching';
import { startVirtualWorld, type VirtualWorld } from './demo/virtualWorld';

async function demonstrate(options: Options): Promise<void> {
  const world = options.port === undefined ? await startVirtualWorld(options) : undefined;
  try {
    await transferPicture(options, world);
  } finally {
    await world?.close();
  }
}

async function transferPicture(options: Options, world?: VirtualWorld): Promise<void> {
  const { url, baud, faster, firmware, save } = options;
  const { port = '', ssid = '', key = '' } = world ?? options;
  if (world) {
    say(`A virtual modem with AT ${firmware} at ${port}, ${baud} baud; --port uses a real one.`);
    say(`A web server at 127.0.0.1:${world.webPort}, which the modem knows as ${url.host}.`);
  }

  say(`\nSetting up the modem at ${port}, and joining ${ssid} …`);
  const uart = new machine.UART(port, baud);
  const nic = await network.ESP8285(uart, { ...(faster !== undefined && { baud: faster }) });
  const line = capacity(nic.baud ?? baud, firmware);
  if (faster !== undefined) say(`The line has ${nic.baud} baud now.`);
  let watching: Watching | undefined;
  try {
    if (options.watch) watching = await startWatching(nic, world?.emulator);
    await nic.connect(ssid, key);
    const [address] = await nic.ifconfig();
    say(`The modem has the address ${address}.`);

    say(`\nGET ${url.href}`);
    const picture = await measured(line.down, (meter, progress) => download(url, meter, progress));
    if (world) check('the picture is the one that the server has, byte for byte', picture.equals(world.picture));

    const file = join(save, basename(url.pathname) || 'picture');
    await mkdir(save, { recursive: true });
    await writeFile(file, picture);
    check(`saved as ${file}`, picture.equals(await readFile(file)));
    say(`\n${renderPicture(await readPicture(picture), screenOf(process.stdout, process.env))}`);

    const sink: Address | undefined = world?.sink ?? options.sink;
    if (!sink) return;
    say(`\nSending it to ${sink.join(':')}`);
    await measured(line.up, (meter, progress) =>
      upload(sink, picture, meter, () => {
        progress(picture.length);
      }),
    );
    if (world) check('the picture has arrived, byte for byte', picture.equals(await world.sunk));
  } finally {
    await nic.close();
    await watching?.end();
  }
}

/** Runs a transfer with a progress bar, and prints its figures. Ctrl-C cancels it; the modem is closed in order. */
async function measured<T>(
  capacity: number,
  transfer: (meter: Meter, progress: (total?: number) => void) => Promise<T>,
): Promise<T> {
  const meter = new Meter();
  const bar = new Progress(meter, capacity);
  const transferred$ = from(
    transfer(meter, (total) => {
      bar.update(total);
    }),
  );
  const cancelled$ = fromEvent(process, 'SIGINT').pipe(
    map((): never => {
      throw new Error('Cancelled.');
    }),
  );
  const result = await firstValueFrom(merge(transferred$, cancelled$)).finally(() => {
    bar.stop();
  });
  const { bytes, seconds, steadyRate, memory } = meter;
  say(`  ${number(bytes)} bytes in ${seconds.toFixed(2)} s, connecting included`);
  say(
    `  ${number(steadyRate)} bytes/s from the first to the last: ${percent(steadyRate / capacity)} of what the line carries`,
  );
  say(`  ${memory.peak.toFixed(0)} MB of memory at its peak, ${memory.growth.toFixed(1)} MB more than before`);
  return result;
}

function check(what: string, holds: boolean): void {
  if (!holds) throw new Error(`It is not true that ${what}.`);
  say(`  ✓ ${what}`);
}

function say(text: string): void {
  console.log(text);
}

function explain(error: unknown): string {
  if (error instanceof OSError) return `${error.code} (${error.errno}): ${error.message}`;
  return error instanceof Error ? error.message : String(error);
}

demonstrate(readOptions(process.argv)).then(
  () => {
    say('\nAll well.');
  },
  (error: unknown) => {
    console.error(`\n${explain(error)}`);
    // A modem that could not be set up leaves its line open, which would keep the process running.
    process.exit(1);
  },
);
