'use strict';

// `node -r` of this runs TypeScript as `-r ts-node/register` does, but transpiles a file once for all programs of the specs.
const { createHash } = require('node:crypto');
const { mkdirSync, readFileSync, renameSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');

const { register } = require('ts-node');

/** The outputs of ts-node, named by a hash of everything that they depend on. */
const cache = join(__dirname, '../../node_modules/.cache/transpiled');
mkdirSync(cache, { recursive: true });

function create({ service: { config } }) {
  const settings = JSON.stringify([process.version, require('typescript/package.json').version, config.options]);
  return {
    transpile(code, { fileName }) {
      const name = createHash('sha256').update(settings).update(fileName).update(code).digest('hex');
      const path = join(cache, `${name}.json`);
      try {
        return JSON.parse(readFileSync(path, 'utf8'));
      } catch {
        // Not transpiled yet.
      }
      const ts = require('typescript');
      const { outputText, sourceMapText } = ts.transpileModule(code, { fileName, compilerOptions: config.options });
      const draft = `${path}.${process.pid}`;
      writeFileSync(draft, JSON.stringify({ outputText, sourceMapText }));
      // Several programs may be at the same file.
      renameSync(draft, path);
      return { outputText, sourceMapText };
    },
  };
}

module.exports = { create };

// ts-node requires the transpiler by its path: this file once more.
register({ transpiler: __filename });
