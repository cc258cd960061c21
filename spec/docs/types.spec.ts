import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Script } from 'node:vm';

import { afterAll, beforeAll, expect, it } from '@jest/globals';
import ts from 'typescript';

import { asFile, context } from './support/context';
import { exampleProgram, examplesIn } from './support/docstrings';
import { libraries, libraryProgram, libraryRows } from './support/libraryRows';
import { blocksIn } from './support/markdown';
import { asProgram, guideRows } from './support/guideRows';
import { compilers, UserProject } from './support/userProject';

const samples = readdirSync('samples', { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
const project = new UserProject(['cli-progress', '@types/cli-progress', 'commander', 'jimp', ...libraries]);
const written: Record<string, string> = {
  'context.mts': context,
  ...Object.fromEntries(blocksIn('js', 'ts').map((block, index) => [`program${index}.mts`, asFile(block)])),
  'fixtures.mts': readFileSync(join(__dirname, 'support/fixtures.ts'), 'utf8'),
  'rows.mts': asProgram(guideRows),
  'libraries.mts': libraryProgram,
  // Fails if the types accept everything.
  'wrong.mts': `
    import { usocket } from 'rx-usocket';
    const sock = usocket.socket();
    // @ts-expect-error An address is a pair.
    await sock.connect('host.example');
    // @ts-expect-error Bytes are no text.
    const text: string = await sock.recv(16);
    console.log(text);
  `,
};
const copied = samples.map((name) => [`samples/${name}`, readFileSync(join('samples', name), 'utf8')] as const);

beforeAll(async () => {
  for (const [name, text] of [...Object.entries(written), ...copied]) project.write(name, text);
  await project.install({ types: true });
  const examples = examplesIn(project.path('node_modules/rx-usocket/dist'));
  expect(examples.length).toBeGreaterThan(80);
  project.write('examples.mts', exampleProgram(examples));
}, 120_000);

afterAll(() => {
  project.remove();
});

it('the table of libraries has a piece of a program for each that is not told in words', () => {
  expect(libraryRows.map((code) => /new \w+|http2\.\w+|\w+\.connect/.exec(code)?.[0])).toEqual([
    ...['new HttpAgent', 'new HttpsAgent', 'http2.connect', 'new Agent', 'new WebSocket', 'new MqttClient'],
    ...['client.connect', 'new Client'],
  ]);
});

it.each(Object.keys(compilers) as (keyof typeof compilers)[])(
  'TypeScript %s accepts every program of the documents, every example of the docstrings and every sample with the usual settings',
  async (compiler) => {
    const files = [...Object.keys(written), 'examples.mts', ...copied.map(([name]) => name)];
    expect(await project.compile(compiler, files)).toBe('');
  },
  60_000,
);

it.each(copied)('%s is valid for this Node.js after its types are removed', (_name, text) => {
  const compilerOptions = { target: ts.ScriptTarget.ESNext, module: ts.ModuleKind.CommonJS };
  const { outputText } = ts.transpileModule(text, { compilerOptions });
  expect(() => new Script(outputText)).not.toThrow();
});
