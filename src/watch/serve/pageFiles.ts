import { readdir, readFile } from 'node:fs/promises';
import { dirname, extname, join, relative, sep } from 'node:path';
import { existsSync } from 'node:fs';

/** What is served. */
export interface Content {
  readonly type: string;
  /** For how long a browser may keep it. */
  readonly caching: string;
  readonly body: string | Buffer;
  /** The name of its file, where the URL does not have it. */
  readonly name?: string;
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.bmp': 'image/bmp',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
};

/** The page that belongs to this package, which `npm run build` makes. */
export function builtPage(): string {
  let folder = __dirname;
  while (!existsSync(join(folder, 'package.json')) && dirname(folder) !== folder) folder = dirname(folder);
  return join(folder, 'dist/page');
}

/** The files of a folder, by the paths of their URLs. */
export class PageFiles {
  private found: Promise<ReadonlyMap<string, string>> | undefined;

  constructor(private readonly folder: string) {}

  /** What a path leads to. Only files that the folder was found to have are read, whatever the path is. */
  async get(path: string): Promise<Content | undefined> {
    this.found ??= this.find();
    const file = (await this.found).get(path.endsWith('/') ? `${path}index.html` : path);
    if (file === undefined) return undefined;
    return {
      type: types[extname(file)] ?? 'application/octet-stream',
      // The names of the assets change with their content.
      caching: path.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache',
      body: await readFile(file),
    };
  }

  private async find(): Promise<ReadonlyMap<string, string>> {
    const entries = await readdir(this.folder, { recursive: true, withFileTypes: true }).catch(() => []);
    const files = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
    // The page may be built later.
    if (files.length === 0) this.found = undefined;
    return new Map(files.map((file) => [`/${relative(this.folder, file).split(sep).join('/')}`, file]));
  }
}
