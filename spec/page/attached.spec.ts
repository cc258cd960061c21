import { describe, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';

import { otherHost } from '../../harness/browser/chromium';
import { turnUntil } from '../../harness/time/turns';
import { readMessage } from '../../src/watch';
import { freshFiles } from './support/freshFiles';
import { usePages } from './support/pages';
import { outputOf, run, setBaud } from './support/playground';
import { key, ssid, watchedProgram, type WatchedProgram } from './support/watchedProgram';

/** Text that nothing else of the conversation has. */
const picture = Buffer.from('BM the bytes of a picture');

describe('a program that is watched', () => {
  const pages = usePages();

  /** Opens the page that the program serves. */
  const pageOf = ({ watched }: WatchedProgram, url = watched.url): Promise<Page> =>
    pages.open({ url, prepare: (context) => freshFiles(context, watched.url, pages.built.page) });

  it('shows its modem in the page, while it downloads', async () => {
    await using program = await watchedProgram([picture]);
    const page = await pageOf(program);
    await page.getByRole('status').getByText('without a network').waitFor();
    expect(await page.title()).toContain('a program');
    expect(await program.download()).toEqual(picture);
    await page.getByRole('status').getByText(ssid).waitFor();
  });

  it('shows payloads only after the page has asked for them, and a key never', async () => {
    await using program = await watchedProgram([picture]);
    const page = await pageOf(program);
    const messages: string[] = [];
    page.on('websocket', (socket) => socket.on('framereceived', ({ payload }) => messages.push(String(payload))));
    await page.reload();
    await page.getByRole('status').getByText('without a network').waitFor();
    await program.download();
    await page.getByRole('status').getByText(ssid).waitFor();
    expect(bytesIn(messages)).toBe('');
    await page.getByRole('button', { name: 'Payloads' }).click();
    await turnUntil(() => messages.some((message) => message.includes('"done"')), 10_000);
    await program.download();
    await program.nic.close();
    await noticed(page, 'has ended');
    expect(bytesIn(messages)).toContain(String(picture));
    for (const text of [bytesIn(messages), messages.join(), await page.locator('html').innerText()]) {
      expect(text).not.toContain(key);
    }
  });

  it('shows itself to a second page, too, with what has happened before', async () => {
    await using program = await watchedProgram([picture]);
    const first = await pageOf(program);
    await program.download();
    const second = await pageOf(program);
    for (const page of [first, second]) await page.getByRole('status').getByText(ssid).waitFor();
  });

  it('says in the page that it has ended, and everything stays there', async () => {
    await using program = await watchedProgram([picture]);
    const page = await pageOf(program);
    await program.download();
    await page.getByRole('status').getByText(ssid).waitFor();
    await page.getByRole('tab', { name: 'Faults' }).click();
    await page.getByText('While a program runs, give the modem a fault below.').waitFor();
    await program.nic.close();
    await noticed(page, 'a program has ended. Everything it told stays on screen.');
    await page.getByRole('status').getByText('ended').waitFor();
    await page.getByText('a program has ended, and its modem with it.').waitFor();
    // Nobody answers to these.
    await page.getByRole('button', { name: 'Payloads', disabled: true }).waitFor();
    await page.getByRole('button', { name: 'Measure the signal', disabled: true }).waitFor();
    await page.getByRole('tab', { name: 'Modem' }).click();
    await page.getByText('Nothing is heard of the modem any more.').waitFor();
    expect(await page.getByRole('button', { name: 'Ask for the address' }).count()).toBe(0);
  });

  it('goes on when the page reads no more, and the page says what it has missed', async () => {
    const pieces = Array.from({ length: 1536 }, () => Buffer.alloc(16 << 10, 'x'));
    await using program = await watchedProgram(pieces, { history: 2000 });
    const page = await pageOf(program);
    await page.getByRole('button', { name: 'Payloads' }).click();
    const cdp = await page.context().newCDPSession(page);
    await cdp.send('Debugger.enable');
    await cdp.send('Debugger.pause');
    expect((await program.download()).length).toBe(24 << 20);
    await cdp.send('Debugger.resume');
    await cdp.send('Debugger.disable');
    await noticed(page, /events are missing/);
  });

  it('serves a page that stands alone, too, with programs of its own', async () => {
    await using program = await watchedProgram([picture]);
    const page = await pageOf(program, program.watched.url.replace(/#.*/, ''));
    await setBaud(page, 921_600);
    await run(page);
    await outputOf(page).getByText('save ok').waitFor();
    await page.getByRole('img', { name: 'The picture Alice.bmp' }).waitFor();
  });

  it('is not for a page that guesses the token', async () => {
    await using program = await watchedProgram([picture]);
    const page = await pageOf(program, program.watched.url.replace(/=.*/, '=guessed'));
    await noticed(page, /refuses this page/);
    pages.expectProblem(/403/);
  });

  it('is not for a page of another origin, even with the token', async () => {
    await using program = await watchedProgram([picture]);
    const { port, hash } = new URL(program.watched.url);
    const page = await pages.open({ url: pages.url.replace('127.0.0.1', otherHost) });
    const address = `ws://127.0.0.1:${port}/program?token=${hash.replace('#program=', '')}`;
    expect(await attachFrom(page, address)).toBe('refused');
    pages.expectProblem(/403/);
  });

  it('serves nobody who calls this machine by another name', async () => {
    await using program = await watchedProgram([picture]);
    const page = await pages.open({ url: program.watched.url.replace('127.0.0.1', otherHost) });
    expect(await page.locator('body').innerText()).toContain('Refused');
    pages.expectProblem(/403/);
    pages.expectProblem(/Cross-Origin-Opener-Policy/);
  });
});

/** Waits for a notice. */
async function noticed(page: Page, text: string | RegExp): Promise<void> {
  await page.getByRole('log', { name: 'Notices' }).getByText(text).waitFor();
}

/** The bytes that messages of a program contain. */
function bytesIn(messages: readonly string[]): string {
  const events = messages.map(readMessage).flatMap((message) => (message.kind === 'events' ? message.events : []));
  const bytes = events.flatMap((event) => (event.type === 'bytes' ? [event.bytes] : []));
  return Buffer.concat(bytes).toString('latin1');
}

/** What becomes of a WebSocket of a page. */
function attachFrom(page: Page, address: string): Promise<string> {
  return page.evaluate(
    (url) =>
      new Promise<string>((resolve) => {
        const socket = new WebSocket(url, 'rx-usocket-watch');
        socket.onopen = () => resolve('attached');
        socket.onerror = () => resolve('refused');
      }),
    address,
  );
}
