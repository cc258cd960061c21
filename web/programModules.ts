import { createHash } from 'node:crypto';
import { resolve } from 'node:path';

import type { HtmlTagDescriptor, Plugin } from 'vite';

const root = resolve(import.meta.dirname, '..');

/** What programs of the page can import, and the module of the page that it is. The names of the files are fixed. */
const modules: Readonly<Record<string, string>> = {
  'rx-usocket': 'web/src/modules/rxUsocket.ts',
  'rx-usocket/streams': 'src/streams/index.ts',
  'rx-usocket/esp8285': 'src/esp8285/index.ts',
  'rx-usocket/emulator': 'src/emulator/index.ts',
  'rx-usocket/testing': 'src/testing/index.ts',
  'rx-usocket/watch': 'src/watch/index.ts',
  rxjs: 'web/src/modules/rxjs.ts',
  'node:fs/promises': 'web/src/modules/nodeFsPromises.ts',
  'node:timers/promises': 'web/src/modules/nodeTimersPromises.ts',
  'node:util': 'web/src/modules/nodeUtil.ts',
};

const fileOf = (name: string): string => `modules/${name.replace(/[:/]/g, '-')}`;

/** The entries of the build: the page, the frame of a program, and the modules for programs. */
export const entries: Record<string, string> = {
  page: resolve(root, 'web/index.html'),
  program: resolve(root, 'web/program.html'),
  ...Object.fromEntries(Object.entries(modules).map(([name, path]) => [fileOf(name), resolve(root, path)])),
};

const openUart = {
  of: resolve(root, 'src/browser/transports.ts'),
  ofPage: resolve(root, 'web/src/program/transports.ts'),
};

/**
 * What the page needs, on any web server. `rx-usocket watch` allows less by a header: here, the line of another machine is
 * allowed, too.
 */
const pagePolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "frame-src 'self'",
  // The editor makes its style sheets itself.
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "connect-src 'self' blob: ws: wss:",
  "base-uri 'none'",
  "form-action 'none'",
];

function policyTag(policy: readonly string[]): HtmlTagDescriptor {
  const attrs = { 'http-equiv': 'Content-Security-Policy', content: policy.join('; ') };
  return { tag: 'meta', attrs, injectTo: 'head-prepend' };
}

/**
 * The import map, in the frame of a program, and the policies: what the page may load, and what that frame may, which runs the
 * program, a blob.
 */
export function programModules(): Plugin {
  return {
    name: 'program-modules',
    enforce: 'pre',
    // `machine.UART` of a program opens the line of the page.
    async resolveId(source, importer, options) {
      if (!source.endsWith('transports')) return null;
      const found = await this.resolve(source, importer, { ...options, skipSelf: true });
      return found?.id === openUart.of ? openUart.ofPage : null;
    },
    transformIndexHtml(_, { path, server }) {
      if (!path.endsWith('program.html')) return server ? [] : [policyTag(pagePolicy)];
      const addressOf = ([name, file]: [string, string]): [string, string] => [
        name,
        server ? `/@fs${resolve(root, file)}` : `./${fileOf(name)}.js`,
      ];
      const imports = Object.fromEntries(Object.entries(modules).map(addressOf));
      const importMap = JSON.stringify({ imports });
      const digest = createHash('sha256').update(importMap).digest('base64');
      const policy = [`default-src 'none'`, `script-src 'self' blob: 'sha256-${digest}'`, `connect-src 'self'`];
      return [
        ...(server ? [] : [policyTag(policy)]),
        { tag: 'script', attrs: { type: 'importmap' }, children: importMap, injectTo: 'head-prepend' as const },
      ];
    },
  };
}
