import { afterAll, afterEach, beforeAll } from '@jest/globals';
import type { Page } from 'playwright-core';

import { type Built, builtPage } from '../../../harness/browser/builtPage';
import { Chromium, type OpenOptions, type OpenPage } from '../../../harness/browser/chromium';
import { type StaticServer, staticServer } from '../../../harness/browser/staticServer';

/** The page on a plain web server, and a Chromium, for the specs of a file. */
export interface Pages {
  readonly built: Built;
  /** The address of the page. */
  readonly url: string;
  /** Opens the page, or another address. It is closed after the spec, which fails if something has gone wrong in the page. */
  open(options?: OpenOptions & { readonly url?: string }): Promise<Page>;
  /** Takes problems that the spec has caused itself. Throws if there were none. */
  expectProblem(what: RegExp): void;
}

export function usePages(): Pages {
  let built: Built;
  let server: StaticServer;
  let chromium: Chromium;
  let opened: OpenPage[] = [];
  let expected: RegExp[] = [];
  beforeAll(async () => {
    built = await builtPage();
    server = await staticServer(built.page);
    chromium = await Chromium.start();
  });
  afterEach(async () => {
    const closing = opened;
    const caused = expected;
    opened = [];
    expected = [];
    for (const page of closing) await page.close();
    // A busy browser may tell of the same problem again, and later than the spec has looked.
    const problems = closing.flatMap((page) => page.problems).filter((it) => !caused.some((what) => what.test(it)));
    if (problems.length > 0) throw new Error(`in the page:\n${problems.join('\n')}`);
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
    async open({ url = server.url, ...options } = {}) {
      const page = await chromium.open(url, options);
      opened.push(page);
      return page.page;
    },
    expectProblem(what) {
      const all = opened.flatMap(({ problems }) => problems);
      if (!all.some((problem) => what.test(problem))) throw new Error(`nothing is like ${what} in: ${all.join('\n')}`);
      expected.push(what);
    },
  };
}
