import { resolve } from 'node:path';
import type { Rolldown } from 'tsdown';

/** The modules that need Node.js, and what stands in for each in a browser. It is the only difference of the two builds. */
export const standIns: Readonly<Record<string, string>> = {
  'src/transports/index.ts': 'src/browser/transports.ts',
  'src/host/index.ts': 'src/browser/host.ts',
  'src/emulator/network/socketsNetwork.ts': 'src/browser/socketsNetwork.ts',
  'src/emulator/control/serveControl.ts': 'src/browser/serve.ts',
  'src/emulator/serve/servePty.ts': 'src/browser/serve.ts',
  'src/emulator/serve/serveTcp.ts': 'src/browser/serve.ts',
  'src/watch/watch.ts': 'src/browser/watch.ts',
  'src/watchByEnvironment.ts': 'src/browser/watchByEnvironment.ts',
};

const replaced = new Map(Object.entries(standIns).map(([module, standIn]) => [resolve(module), resolve(standIn)]));

/** Replaces those modules. It is a plugin of Rolldown and Vite, which run in the root of the repository. */
export const browserStandIns: Rolldown.Plugin = {
  name: 'browser-stand-ins',
  async resolveId(source, importer, options) {
    const found = await this.resolve(source, importer, { ...options, skipSelf: true });
    return found ? (replaced.get(found.id) ?? null) : null;
  },
};
