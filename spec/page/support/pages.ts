import { afterAll, beforeAll } from '@jest/globals';

import { type Built, builtPage } from '../../../harness/browser/builtPage';
import { Chromium, type OpenOptions, type WatchedPage } from '../../../harness/browser/chromium';
import { type StaticServer, staticServer } from '../../../harness/browser/staticServer';

/** The page on a plain web server, and a Chromium, for the specs of a file. */
export interface Pages {
  readonly built: Built;
  /** The address of the page. */
  readonly url: string;
  /** Opens the page, or another address. */
  open(options?: OpenOptions & { readonly url?: string }): Promise<WatchedPage>;
}

export function usePages(): Pages {
  let built: Built;
  let server: StaticServer;
  let chromium: Chromium;
  beforeAll(async () => {
    built = await builtPage();
    server = await staticServer(built.page);
    chromium = await Chromium.start();
  });
  afterAll(async () => {
    await chromium.close();
    await server[Symbol.asyncDispose]();
  });
  return {
    get built() {
      return built;
    },
    get url() {
      return server.url;
    },
    open: ({ url = server.url, ...options } = {}) => chromium.open(url, options),
  };
}
