// Compares the public API with its report in `etc`; `--write` updates the report. Reads the declarations in `dist`, as users
// do: run `npm run build` first.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';

import { Extractor, ExtractorConfig } from '@microsoft/api-extractor';

const root = dirname(import.meta.dirname);
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const reportFileName = `${manifest.name}.api.md`;
const { write } = parseArgs({ options: { write: { type: 'boolean' } } }).values;

const folder = mkdtempSync(join(tmpdir(), 'api-report-'));
try {
  const current = extract();
  const committed = join(root, 'etc', reportFileName);
  if (write) {
    mkdirSync(dirname(committed), { recursive: true });
    writeFileSync(committed, readFileSync(current));
  } else if (differ(committed, current)) {
    console.error('The public API has changed: run "npm run api" and commit the report.');
    process.exitCode = 1;
  }
} finally {
  rmSync(folder, { recursive: true });
}

/** Writes a report of the declarations into the temporary folder, and returns its path. */
function extract() {
  const entries = join(folder, 'entries.d.mts');
  writeFileSync(entries, namespaces());
  const config = ExtractorConfig.prepare({
    configObject: configuration(entries),
    configObjectFullPath: undefined,
    packageJsonFullPath: join(root, 'package.json'),
  });
  const { errorCount } = Extractor.invoke(config, {
    localBuild: true,
    messageCallback: (message) => {
      message.handled = message.logLevel !== 'error';
    },
  });
  if (errorCount > 0) throw new Error('API Extractor cannot read the declarations.');
  const report = readFileSync(config.reportFilePath, 'utf8');
  writeFileSync(config.reportFilePath, withoutComments(report));
  return config.reportFilePath;
}

/**
 * The report without marks and comments. `npm run docs` finds symbols without documentation, and knows what an overload or a
 * member inherits. API Extractor does not, and leaves comments only in object types.
 */
function withoutComments(report) {
  return report
    .replace(/^ *\/\/ \(undocumented\)\n| \(undocumented\)$/gm, '')
    .replace(/^ *\/\*\*[^]*?\*\/\n/gm, '')
    .replace(/\/\*\*[^]*?\*\/ ?/g, '')
    .replace(/ +$/gm, '');
}

/** All entries as namespaces of one module: so the report shows a symbol once, even if several entries need it. */
function namespaces() {
  return Object.entries(manifest.exports)
    .filter(([path]) => !path.endsWith('.json'))
    .map(([path, { import: entry }]) => {
      if (!existsSync(join(root, entry.types)))
        throw new Error(`${entry.types} is missing: run "npm run build" first.`);
      const name = path === '.' ? 'main' : path.slice(2).replace(/-(.)/g, (_, letter) => letter.toUpperCase());
      return `import * as ${name} from ${JSON.stringify(join(root, entry.default))};\nexport { ${name} };\n`;
    })
    .join('');
}

function configuration(entries) {
  const compilerOptions = { module: 'nodenext', target: 'es2022', strict: true, skipLibCheck: true, types: [] };
  const ignored = { default: { logLevel: 'none' } };
  return {
    projectFolder: root,
    mainEntryPointFilePath: entries,
    compiler: { overrideTsconfig: { compilerOptions, files: [entries] } },
    apiReport: {
      enabled: true,
      reportFileName,
      reportFolder: folder,
      reportTempFolder: join(folder, 'temp'),
      // Public classes extend classes that are not exported, and inherit public members from them.
      includeForgottenExports: true,
    },
    docModel: { enabled: false },
    dtsRollup: { enabled: false },
    tsdocMetadata: { enabled: false },
    newlineKind: 'lf',
    messages: {
      compilerMessageReporting: { default: { logLevel: 'error' } },
      extractorMessageReporting: ignored,
      tsdocMessageReporting: ignored,
    },
  };
}

/** Compares two files, and prints their difference. */
function differ(one, other) {
  return spawnSync('git', ['diff', '--no-index', '--exit-code', one, other], { stdio: 'inherit' }).status !== 0;
}
