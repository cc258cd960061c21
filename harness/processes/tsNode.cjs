'use strict';

// `node -r tsNode.cjs` runs TypeScript as `node -r ts-node/register` does. It keeps the outputs in a cache, so that a file is
// transpiled once for all programs of the specs.
const { createHash } = require('node:crypto');
const { mkdirSync, readFileSync, renameSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');

const { register } = require('ts-node');

/** Transpiled files, named by a hash of everything that they depend on. */
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
      // Other programs may read this file now, so it appears at once and as a whole.
      renameSync(draft, path);
      return { outputText, sourceMapText };
    },
  };
}

module.exports = { create };

// ts-node loads its transpiler from a path, which is this file.
register({ transpiler: __filename });
