// Packs the package and unpacks it in an empty project that has only the declared dependencies. There it imports and
// requires every export, checks their types with each supported compiler and each kind of module resolution, looks at what an
// editor shows for the members of the modules, and runs the command. Needs no network. Run `npm run build` first.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import ts from 'typescript';

const root = dirname(import.meta.dirname);
const modules = join(root, 'node_modules');
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

const files = ['consumer.mts', 'consumer.cts'];
/** What users write in `tsconfig.json`. Nothing of it is there for this package, and there is no `types`. */
const userSettings = [
  { module: 'node16' },
  { module: 'nodenext', target: 'es2022', lib: ['es2022'] },
  { module: 'esnext', moduleResolution: 'bundler', target: 'es2022' },
  // With 5.9, this does not know `exports`, but `typesVersions`.
  { module: 'commonjs', target: 'es2022' },
].map((settings) => ({ strict: true, ...settings }));

const project = mkdtempSync(join(tmpdir(), 'check-package-'));
try {
  install();
  for (const extension of ['mts', 'cts']) writeFileSync(join(project, `consumer.${extension}`), consumer());
  const configs = userSettings.map((settings, index) => {
    const name = `tsconfig.${index}.json`;
    const compilerOptions = { ...settings, outDir: `${index}` };
    writeFileSync(join(project, name), JSON.stringify({ compilerOptions, files }));
    return name;
  });
  // One process for all settings of a compiler takes two thirds of the time of one for each.
  for (const compiler of ['typescript-5', 'typescript', 'typescript-7']) compile(compiler, ...configs);
  // npm installs the newest types of Node.js, and those of the oldest version are in use here.
  rmSync(join(project, 'node_modules/@types/node'));
  link('@types/node', 'node-types-newest');
  compile('typescript', configs.at(-1));
  run(project, 'node', `${configs.length - 1}/consumer.mjs`);
  run(project, 'node', `${configs.length - 1}/consumer.cjs`);
  checkHovers();
  const help = run(project, 'node', join('node_modules', manifest.name, manifest.bin[manifest.name]), '--help');
  if (!help.includes(`Usage: ${manifest.name}`)) throw new Error(`--help says: ${help}`);
  checkWorker();
} finally {
  rmSync(project, { recursive: true });
}

/** Installs the tarball by hand, because npm would ask the registry for dependencies that are already here. */
function install() {
  const target = join(project, 'node_modules', manifest.name);
  mkdirSync(target, { recursive: true });
  const [{ filename }] = JSON.parse(run(root, 'npm', 'pack', '--json', '--pack-destination', project));
  run(project, 'tar', '-xzf', filename, '-C', target, '--strip-components=1');
  for (const name of Object.keys(manifest.dependencies)) link(name, name);
}

function link(name, from) {
  const path = join(project, 'node_modules', name);
  mkdirSync(dirname(path), { recursive: true });
  symlinkSync(join(modules, from), path, 'junction');
}

/** A program that uses every export, in syntax that is valid in ES modules and in CommonJS. */
function consumer() {
  const entries = Object.keys(manifest.exports).filter((path) => !path.endsWith('.json'));
  return [
    ...entries.map((path, index) => `import * as entry${index} from '${manifest.name}${path.slice(1)}';`),
    `const entries: object[] = [${entries.map((_, index) => `entry${index}`).join(', ')}];`,
    `if (entries.some((entry) => Object.keys(entry).length === 0)) throw new Error('an entry exports nothing');`,
    `export const received = async (sock: entry0.Socket): Promise<Buffer> => (await sock.recv(16)).subarray(1);`,
  ].join('\n');
}

/** A worker thread that runs a text uses the modem, too, although Node.js does not preload there what `--import` names. Some options are only for processes. */
function checkWorker() {
  const connecting =
    `const { parentPort } = require('node:worker_threads');` +
    `require('node:net').connect(80, '192.0.2.1').on('error', ({ cause }) => parentPort.postMessage(String(cause)));`;
  const program =
    `const { Worker } = require('node:worker_threads');` +
    `new Worker(${JSON.stringify(connecting)}, { eval: true }).on('message', (told) => console.log(told));`;
  const told = run(project, 'node', '--expose-gc', '--import', `${manifest.name}/register`, '-e', program);
  if (!told.includes('RX_USOCKET_PORT')) throw new Error(`a worker thread connects without the modem: ${told}`);
}

/** Hovering over `usocket.socket` and each other member of a module has to show its documentation. */
function checkHovers() {
  const program =
    `const modules = Object.entries(require('${manifest.name}')).filter(([, it]) => typeof it === 'object');` +
    'console.log(modules.flatMap(([name, it]) => Object.keys(it).map((key) => `${name}.${key}`)).join());';
  const members = run(project, 'node', '-e', program).trim().split(',');
  const names = [...new Set(members.map((member) => member.split('.')[0]))];
  const file = join(project, 'hovers.cts');
  const text = `import { ${names.join(', ')} } from '${manifest.name}';\n${members.join(';\n')};\n`;
  writeFileSync(file, text);
  const service = ts.createLanguageService({
    ...ts.sys,
    useCaseSensitiveFileNames: () => ts.sys.useCaseSensitiveFileNames,
    getCurrentDirectory: () => project,
    getScriptFileNames: () => [file],
    getScriptVersion: () => '1',
    getScriptSnapshot: (path) => ts.ScriptSnapshot.fromString(ts.sys.readFile(path) ?? ''),
    getCompilationSettings: () => ({ module: ts.ModuleKind.NodeNext }),
    getDefaultLibFileName: (options) => ts.getDefaultLibFilePath(options),
  });
  const silent = members.filter((member) => {
    const place = text.indexOf(`\n${member};`) + 1 + member.indexOf('.') + 1;
    return !service.getQuickInfoAtPosition(file, place)?.documentation?.length;
  });
  if (silent.length > 0) throw new Error(`an editor shows nothing for ${silent.join(', ')}`);
}

function compile(compiler, ...configs) {
  run(project, 'node', join(modules, compiler, 'bin/tsc'), '--build', '--force', ...configs);
}

function run(cwd, command, ...args) {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed:\n${stdout}${stderr}`);
  return stdout;
}
