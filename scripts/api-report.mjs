// Compares the public API with its report in `etc`, and fails if one of its symbols has no documentation. `--write`
// updates the report. Reads the declarations in `dist`, as users do: run `npm run build` first.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';

import { Extractor, ExtractorConfig } from '@microsoft/api-extractor';

const root = dirname(import.meta.dirname);
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const { write = false } = parseArgs({ options: { write: { type: 'boolean' } } }).values;

const folder = mkdtempSync(join(tmpdir(), 'api-report-'));
try {
  const entries = join(folder, 'entries.d.mts');
  writeFileSync(entries, namespaces());
  const config = ExtractorConfig.prepare({
    configObject: configuration(entries),
    configObjectFullPath: undefined,
    packageJsonFullPath: join(root, 'package.json'),
  });
  const problems = [];
  const { apiReportChanged } = Extractor.invoke(config, {
    localBuild: write,
    printApiReportDiff: !write,
    messageCallback: (message) => {
      message.handled = true;
      if (message.messageId === 'console-api-report-diff') problems.push(message.text);
      else if (message.category !== 'console' && message.logLevel !== 'none') problems.push(described(message));
    },
  });
  if (apiReportChanged && !write) problems.push('The public API has changed: run "npm run api" and commit the report.');
  for (const problem of problems) console.error(problem);
  if (problems.length > 0) process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true });
}

/** All entries as namespaces of one module: so the report shows a symbol once, even if several entries need it. */
function namespaces() {
  return Object.entries(manifest.exports)
    .filter(([path]) => !path.endsWith('.json'))
    .map(([path, { import: entry }]) => {
      if (!existsSync(join(root, entry.types)))
        throw new Error(`${entry.types} is missing: run "npm run build" first.`);
      const name = path === '.' ? 'main' : path.slice(2);
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
      reportFileName: `${manifest.name}.api.md`,
      reportFolder: join(root, 'etc'),
      reportTempFolder: folder,
      // Public classes extend classes that are not exported, and inherit public members from them.
      includeForgottenExports: true,
    },
    docModel: { enabled: false },
    dtsRollup: { enabled: false },
    tsdocMetadata: { enabled: false },
    newlineKind: 'lf',
    messages: {
      compilerMessageReporting: { default: { logLevel: 'error' } },
      extractorMessageReporting: { ...ignored, 'ae-undocumented': { logLevel: 'warning' } },
      // The documentation is Markdown, which TSDoc would escape in more places. TypeDoc checks the links.
      tsdocMessageReporting: ignored,
    },
  };
}

/** Names the declaration itself, because the files in `dist` have names that say little. */
function described({ messageId, sourceFilePath, sourceFileLine, text }) {
  if (sourceFilePath === undefined) return text;
  const lines = readFileSync(sourceFilePath, 'utf8').split('\n').slice(0, sourceFileLine);
  const owner = lines.findLast((line) => /^\w/.test(line)).replace(/ ?\{$/, '');
  const member = /^\w/.test(lines.at(-1)) ? '' : `: ${lines.at(-1).trim()}`;
  return `${messageId === 'ae-undocumented' ? 'No documentation' : text}: ${owner}${member}`;
}
