import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import ts from 'typescript';

import { firmwareVersions, serveTcp } from '../../src/emulator';
import { unusedPort } from '../../harness/peers/tcpServer';
import { asProgram, type GuideRow, guideRows } from './support/guideRows';
import { openPeers, type Peers } from './support/peers';
import { UserProject } from './support/userProject';

const project = new UserProject();
const ofSockets = guideRows.filter(({ kind }) => kind !== 'nic' && kind !== 'uart');

beforeAll(async () => {
  const compilerOptions = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext };
  const fixtures = readFileSync(join(__dirname, 'support/fixtures.ts'), 'utf8');
  project.write('fixtures.mjs', ts.transpileModule(fixtures, { compilerOptions }).outputText);
  await project.install({ types: false });
}, 60_000);

afterAll(() => {
  project.remove();
});

describe('the right column of the porting guide', () => {
  it('has a statement in each row', () => {
    expect(guideRows.length).toBeGreaterThan(30);
    expect(guideRows.filter(({ code }) => !/[;}]$/.test(code))).toEqual([]);
  });

  it('runs on the sockets of the operating system', async () => {
    await using peers = await openPeers();
    // Stays on loopback.
    const adapt = (code: string): string => code.replace('0.0.0.0', '127.0.0.1').replace('host.example', 'localhost');
    await run(ofSockets, adapt, await unusedPort(), peers.here);
  });

  it.each(firmwareVersions)('runs on a modem with AT %s', async (firmware) => {
    await using peers = await openPeers();
    const port = await unusedPort();
    const modem = await serveTcp({ firmware, latency: 0, ports: { 8080: port }, hosts: peers.hosts });
    try {
      const LINE = `tcp://127.0.0.1:${modem.port}`;
      await run(guideRows, (code) => code.replace('/dev/ttyUSB0', 'emulator:'), port, peers.there, { LINE });
    } finally {
      await modem.close();
    }
  });
});

async function run(
  rows: readonly GuideRow[],
  adapt: (code: string) => string,
  port: number,
  addresses: Peers['here'],
  env: NodeJS.ProcessEnv = {},
): Promise<void> {
  const local = (code: string): string => (env['LINE'] === undefined ? code.replace('8080', String(port)) : code);
  project.write('rows.mjs', asProgram(rows.map((row) => ({ ...row, code: local(adapt(row.code)) }))));
  const surroundings = { ...env, PORT: String(port), ADDRESSES: JSON.stringify(addresses) };
  await using program = project.start('rows.mjs', [], surroundings);
  const { code, stdout, stderr } = await program.outcome;
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const ran = [...stdout.matchAll(/^ran (.*)$/gm)].map(([, python]) => python);
  expect(ran).toEqual(rows.map(({ python }) => python));
}
