import { readFileSync } from 'node:fs';

import { describe, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';

import { servePage } from '../../src/watch/serve/pageServer';
import { serveRecording } from '../../src/watch/serve/serveRecording';
import { freshFiles } from './support/freshFiles';
import { usePages } from './support/pages';
import { outputOf, run, setBaud, write } from './support/playground';
import { key, ssid, watchedProgram } from './support/watchedProgram';

/** What a program and its modem have said. */
const recorded = '0 > AT\\r\\n\n3 < \\r\\nOK\\r\\n\n';

const short = `
  import { machine, network, usocket } from 'rx-usocket';

  const nic = await network.ESP8285(new machine.UART('modem', 115200));
  await nic.connect(process.env['SSID'], process.env['RX_USOCKET_KEY']);
  const sock = usocket.socket();
  await sock.connect((await usocket.getaddrinfo('time.example', 13))[0][4]);
  console.log('it is', String(await sock.readline()));
  await nic.close();
`;

describe('recordings', () => {
  const pages = usePages();

  it('are saved without keys, and opened again', async () => {
    const page = await pages.open();
    await setBaud(page, 921_600);
    await write(page, short);
    await run(page);
    await outputOf(page).getByText('The program has ended').waitFor();
    const saving = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    const saved = await saving;
    const content = readFileSync(await saved.path());
    expect(String(content)).toContain('AT+CWJAP');
    expect(String(content)).not.toContain(key);
    await open(page, { name: 'saved.txt', content });
    await page.getByRole('button', { name: 'Source: saved.txt' }).waitFor();
    await page.getByRole('group', { name: 'Replay' }).waitFor();
    expect(await marblesOf(page)).toContain('AT+CIPSTART');
  });

  it('of rx-usocket record are opened, and replayed from the beginning', async () => {
    const page = await pages.open();
    const content = readFileSync('harness/recordings/join-and-download-1.5.txt');
    await open(page, { name: 'join.txt', content });
    await page.getByRole('button', { name: 'Source: join.txt' }).waitFor();
    expect(await marblesOf(page)).toContain('AT+');
    const modem = page.getByRole('tabpanel', { name: 'Modem' });
    await modem.getByText('1.5.0.0').waitFor();
    await modem.getByText('This is what the recorded bytes tell').waitFor();
    await page.getByLabel('Speed of the replay').selectOption('100');
    await page.getByRole('button', { name: 'Play', exact: true }).click();
    // The panels begin anew. Until they are told of the replay, the status is that of what was shown before: "ended".
    await modem.getByText('1.5.0.0').waitFor();
    await page.getByRole('status').getByText('ended').waitFor();
    expect(await marblesOf(page)).toContain('AT+');
    await page.getByRole('button', { name: 'Close the inspector' }).press('Enter');
    await page.locator('[role=application]:focus').waitFor();
    await page.getByLabel('Speed of the replay').selectOption('0.1');
    await page.getByRole('button', { name: 'Play', exact: true }).click();
    await page.getByRole('button', { name: 'All', exact: true }).press('Enter');
    await page.getByRole('status').getByText('ended').waitFor();
    await page.getByRole('button', { name: 'Play' }).and(page.locator(':focus')).waitFor();
  });

  it('are opened when they are dropped on the page', async () => {
    const page = await pages.open();
    const dropped = await page.evaluateHandle((text) => {
      const data = new DataTransfer();
      data.items.add(new File([text], 'dropped.txt'));
      return data;
    }, recorded);
    await page.dispatchEvent('body', 'dragenter', { dataTransfer: dropped });
    await page.getByText('Drop a recording to open it').waitFor();
    await page.dispatchEvent('body', 'drop', { dataTransfer: dropped });
    await page.getByRole('button', { name: 'Source: dropped.txt' }).waitFor();
    await page.getByText('Drop a recording to open it').waitFor({ state: 'detached' });
  });

  it('of rx-usocket watch are opened, only with the token', async () => {
    const { token, reply } = serveRecording({ name: 'a file.txt', text: Buffer.from(recorded) });
    const served = await servePage({ port: 0, folder: pages.built.page, more: reply });
    try {
      const page = await pages.open({ url: `${served.url}#recording=${token}` });
      await page.getByRole('button', { name: 'Source: a file.txt' }).waitFor();
      const other = await pages.open({ url: `${served.url}#recording=guessed` });
      await other.getByRole('log', { name: 'Notices' }).getByText('does not give the recording: Refused').waitFor();
      pages.expectProblem(/403/);
    } finally {
      await served.close();
    }
  });

  it('of a program are saved with a warning if its payloads were not asked for', async () => {
    await using program = await watchedProgram([Buffer.from('the payload')]);
    const url = program.watched.url;
    const page = await pages.open({ url, prepare: (context) => freshFiles(context, url, pages.built.page) });
    await program.download();
    await page.getByRole('status').getByText(ssid).waitFor();
    const saving = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    const text = readFileSync(await (await saving).path(), 'utf8');
    expect(text).toContain('"bytes":"none"');
    expect(text).not.toContain('the payload');
    await page.getByRole('log', { name: 'Notices' }).getByText('payloads were not asked for').waitFor();
  });

  it.each([
    ['nonsense', 'hello', 'is not a recording'],
    ['JSON', '{"a": 1}', 'but JSON'],
    ['binary data', 'BM\0\0\0', 'binary data'],
    ['an empty file', '', 'is empty'],
    ['a damaged recording', '0 > AT\\r\\n\n5 < OK\\r\\n\nrubbish\n', 'is damaged'],
  ])('that are %s are refused with the reason, and what is shown stays', async (_what, text, reason) => {
    const page = await pages.open();
    await open(page, { name: 'bad.txt', content: Buffer.from(text) });
    await page.getByRole('log', { name: 'Notices' }).getByText(reason).waitFor();
    await page.getByRole('button', { name: 'Source: Virtual modem' }).waitFor();
  });
});

/** Opens a file with the button of the header. */
async function open(page: Page, { name, content: buffer }: { name: string; content: Buffer }): Promise<void> {
  await page.locator('input[type=file]').setInputFiles({ name, mimeType: 'text/plain', buffer });
}

/** What the list of the marbles says around the first one. */
async function marblesOf(page: Page): Promise<string> {
  const lanes = page.getByRole('application', { name: 'Marbles of the lanes' });
  await lanes.focus();
  await lanes.press('Home');
  const list = page.getByRole('region', { name: 'Marbles around the selected one' });
  if (!(await list.isVisible())) await page.getByText('List of the marbles').click();
  await list.getByRole('row').nth(3).waitFor();
  return list.innerText();
}
