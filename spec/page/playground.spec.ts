import { describe, expect, it } from '@jest/globals';

import { drawSunset } from '../../samples/demo/sunset';
import { promisedOutcomes } from '../faults/support/table';
import { usePages } from './support/pages';
import { bytesOf, outputOf, pixelsOf, run, setBaud, write } from './support/playground';

const slowDownload = `
  import { machine, network, usocket } from 'rx-usocket';

  const nic = await network.ESP8285(new machine.UART('modem', 115200));
  await nic.connect(process.env['SSID'], process.env['RX_USOCKET_KEY']);
  const sock = usocket.socket();
  await sock.connect((await usocket.getaddrinfo('slow.example', 80))[0][4]);
  await sock.sendall('GET /MAIX/MaixPy/assets/Alice.bmp HTTP/1.0\\r\\n\\r\\n');
  try {
    for (;;) console.log('received', (await sock.recv(4096)).length as number);
  } catch (error) {
    console.log('ended by', (error as { code: string }).code);
  }
`;

describe('the playground', () => {
  const pages = usePages();

  it('downloads the picture, and shows its rows as they come in', async () => {
    const page = await pages.open();
    await setBaud(page, 921_600);
    await run(page);
    await page.getByText(/ bytes, (?:[1-9]|[1-9]\d|1[0-5]\d) of 160 rows/).waitFor();
    await page.getByText(' bytes, 160 of 160 rows').waitFor();
    const saved = page.getByRole('img', { name: 'The picture Alice.bmp' });
    await saved.waitFor();
    expect((await bytesOf(saved)).equals(drawSunset())).toBe(true);
    const incoming = page.getByRole('img', { name: 'The picture that comes in' });
    expect((await pixelsOf(incoming)).equals(await pixelsOf(saved))).toBe(true);
    await outputOf(page).getByText('save ok').waitFor();
    await write(page, 'console.log("no picture");');
    await run(page);
    await outputOf(page).getByText('no picture').waitFor();
    await incoming.waitFor({ state: 'hidden' });
    await page.getByRole('button', { name: 'Restore the original' }).click();
    await run(page);
    await page.getByText(/^[\d,]{4,6} of 115,254 bytes, \d+ of 160 rows/).waitFor();
  });

  it.each([
    ['thrown in a timer', 'setTimeout(() => {\n  throw new Error("nobody catches this");\n});', 3],
    ['a promise that is rejected', '\n\nvoid Promise.reject(new Error("nobody catches this"));', 4],
    ['a mistake in its syntax', '\nconst nobody, catches, this;', 3],
  ])('ends a program at an error that nobody catches: %s', async (_, mistake, line) => {
    const page = await pages.open();
    await write(page, `setInterval(() => undefined, 1000);\n${mistake}`);
    await run(page);
    await outputOf(page).getByText('The program has ended because of this error.').waitFor();
    await outputOf(page)
      .getByRole('button', { name: `line ${line}` })
      .waitFor();
    await page.getByRole('button', { name: 'Run', exact: true }).waitFor();
  });

  it('ends a program that waits for what cannot come, as Node.js does', async () => {
    // Before the page has timers: those of the old clock would go off although the new one has cleared them.
    const page = await pages.open({ prepare: (context) => context.clock.install() });
    await write(page, 'console.log("waits");\nawait new Promise(() => undefined);');
    await run(page);
    await outputOf(page).getByText('waits').waitFor();
    await page.clock.fastForward(5000);
    await outputOf(page).getByText('Node.js ends such a program with the exit code 13.').waitFor();
    await outputOf(page).getByText('The program has ended, with the exit code 13.').waitFor();
    await page.getByRole('button', { name: 'Run', exact: true }).waitFor();
  });

  it('is started from the empty lanes, which a phone shows first', async () => {
    const page = await pages.open({ viewport: { width: 390, height: 844 } });
    await page.getByRole('button', { name: 'Run “Download a picture”' }).press('Enter');
    await page.getByRole('button', { name: 'Commands', exact: true }).waitFor();
    await page.getByText('Nothing has happened yet.').waitFor({ state: 'hidden' });
    // The button has gone, and the lanes have its focus.
    await page.locator('[role=application]:focus').waitFor();
    await page.keyboard.press('ArrowLeft');
    const inspector = page.getByRole('complementary', { name: 'Inspector' });
    await inspector.waitFor();
    await page.getByRole('tab', { name: 'Program' }).click();
    await inspector.waitFor({ state: 'hidden' });
    await page.getByRole('button', { name: 'Stop' }).waitFor();
  });

  it('runs a program that was written in it, and a fault ends its socket as the table says', async () => {
    const page = await pages.open();
    await write(page, slowDownload);
    await run(page);
    await outputOf(page).getByText('received').first().waitFor();
    await page.getByRole('tab', { name: 'Faults' }).click();
    await page.getByRole('button', { name: 'Restart', exact: true }).click();
    const seen = page.getByRole('region', { name: 'What each socket saw' }).locator('strong');
    await seen.first().waitFor();
    const code = (await seen.first().textContent()) ?? '';
    const { outcomes = [] } = promisedOutcomes().get('reset')?.get('recv') ?? {};
    expect(outcomes).toContain(code);
    await page.getByRole('tab', { name: 'Program' }).click();
    await outputOf(page).getByText(`ended by ${code}`).waitFor();
  });
});
