import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { PassThrough } from 'node:stream';

import { describe, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { map, take } from 'rxjs';

import type { DeviceInPage, PluggedDevice } from '../../harness/browser/inPage/webSerial';
import { drawSunset } from '../../samples/demo/sunset';
import { CommandFailure } from '../../src/cli/console/exitCodes';
import { createEmulator } from '../../src/emulator';
import { MemoryNetwork } from '../../src/testing';
import { runCommand } from '../cli/support/runCommand';
import { usePages } from './support/pages';
import { bytesOf, outputOf, run, write } from './support/playground';

/** The server of the picture that the first sample downloads. */
const host = 'dl.sipeed.com';
const picture = drawSunset();
const answer = Buffer.concat([Buffer.from('HTTP/1.0 200 OK\r\n\r\n'), picture]);

/** Waits for data that never come. */
const waiting = `
  import { machine, network, usocket } from 'rx-usocket';

  const nic = await network.ESP8285(new machine.UART('modem', 115200));
  await nic.connect(process.env['SSID'], process.env['RX_USOCKET_KEY']);
  const sock = usocket.socket();
  await sock.connect((await usocket.getaddrinfo('${host}', 80))[0][4]);
  console.log('waits');
  await sock.recv(1).catch((error) => console.log('ended by', error.code));
`;

describe('a line of the page', () => {
  const pages = usePages();

  /** Opens the page in a browser that has a serial port, and the port. */
  async function onSerialPort(): Promise<Page> {
    const plugged: PluggedDevice = { host, answer: answer.toString('base64') };
    const page = await pages.open({
      prepare: async (context) => {
        await context.addInitScript((device) => Object.assign(window, { plugged: device }), plugged);
        await context.addInitScript({ path: join(pages.built.scripts, 'webSerial.js') });
      },
    });
    await page.getByRole('button', { name: 'Source' }).click();
    await page.getByRole('button', { name: 'Choose a port' }).click();
    await page.getByRole('button', { name: 'Source: Serial port 10c4:ea60' }).waitFor();
    await enterNetwork(page);
    return page;
  }

  it('is a serial port of the computer, over which a program of the page downloads', async () => {
    const page = await onSerialPort();
    await run(page);
    expect((await downloaded(page)).equals(picture)).toBe(true);
    const speeds = await page.evaluate(() => (window as unknown as { device: DeviceInPage }).device.speeds);
    expect(speeds).toContain(115_200);
  });

  it('says that the serial port is unplugged, and the socket fails', async () => {
    const page = await onSerialPort();
    await write(page, waiting);
    await run(page);
    await outputOf(page).getByText('waits').waitFor();
    await page.evaluate(() => (window as unknown as { device: DeviceInPage }).device.unplug());
    await outputOf(page).getByText('ended by ENODEV').waitFor();
    await outputOf(page).getByText('The serial port was unplugged.').waitFor();
  });

  it('is a line of another machine, which a bridge serves', async () => {
    const { url, stop } = await bridge();
    const page = await pages.open({ url: `${pages.url}#line=${encodeURIComponent(url)}` });
    await enterNetwork(page);
    await run(page);
    expect((await downloaded(page)).equals(picture)).toBe(true);
    await page.close();
    await stop();
  });
});

/** `rx-usocket bridge` on a virtual modem, whose network has the server of the picture. */
async function bridge(): Promise<{ readonly url: string; readonly stop: () => Promise<unknown> }> {
  const stopping = new AbortController();
  const output = new PassThrough();
  const network = new MemoryNetwork(
    new Map([
      [
        1,
        (received$) =>
          received$.pipe(
            take(1),
            map(() => answer),
          ),
      ],
    ]),
  );
  const ended = runCommand(['bridge', '--port', 'emulator:'], {
    signal: stopping.signal,
    output,
    // A line without a speed. At 115200 baud the picture would take ten seconds.
    openLine: () => createEmulator({ latency: 0, network, hosts: { [`${host}:80`]: '127.0.0.1:1' } }).uart,
  });
  const [url] = (await once(createInterface({ input: output }), 'line')) as [string];
  return {
    url,
    stop: () => {
      stopping.abort(new CommandFailure('', 130));
      return ended;
    },
  };
}

/** Enters the network of the virtual modem behind the line. */
async function enterNetwork(page: Page): Promise<void> {
  await page.getByLabel('Network', { exact: true }).fill('my-ssid');
  await page.getByLabel('Key', { exact: true }).fill('my-password');
}

/** Waits until the picture is saved. */
async function downloaded(page: Page): Promise<Buffer> {
  const saved = page.getByRole('img', { name: 'The picture Alice.bmp' });
  await saved.waitFor();
  return bytesOf(saved);
}
