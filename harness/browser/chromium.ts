import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

import { findChromium } from './findChromium';

/** A name that Chromium takes for this machine. Pages from there have another origin than those from 127.0.0.1. */
export const otherHost = 'other.example';

const args = [
  // The containers of CI have no user namespaces.
  '--no-sandbox',
  '--disable-gpu',
  `--host-resolver-rules=MAP ${otherHost} 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1`,
];

/** A page, and what has gone wrong in it. Dispose of it with `await using`: this throws if something has. */
export interface WatchedPage extends AsyncDisposable {
  readonly page: Page;
  /** Takes a problem that the spec has caused itself. Throws if there was none. */
  expectProblem(what: RegExp): void;
}

/** A Chromium without a window. Dispose of it with `await using`, or close it. */
export class Chromium {
  private constructor(private readonly browser: Browser) {}

  static async start(): Promise<Chromium> {
    const executablePath = findChromium();
    if (executablePath === undefined) throw new Error('there is no Chromium, so jest should have left this spec out');
    return new Chromium(
      await chromium.launch({ executablePath, args, handleSIGINT: false, handleSIGTERM: false, handleSIGHUP: false }),
    );
  }

  /** Opens an address in a profile of its own. */
  async open(url: string, { prepare, ...options }: OpenOptions = {}): Promise<WatchedPage> {
    const context = await this.browser.newContext({ viewport: { width: 1280, height: 720 }, ...options });
    const problems: string[] = [];
    context
      .on('console', (message) => {
        if (['error', 'warning'].includes(message.type())) problems.push(`console: ${message.text()}`);
      })
      .on('weberror', (error) => problems.push(`uncaught: ${error.error().stack ?? String(error.error())}`))
      .on('request', (request) => {
        const { protocol, hostname } = new URL(request.url());
        const isLocal = ['data:', 'blob:'].includes(protocol) || ['127.0.0.1', otherHost].includes(hostname);
        if (!isLocal) problems.push(`a request beyond this machine: ${request.url()}`);
      });
    await prepare?.(context);
    const page = await context.newPage();
    await page.goto(url);
    return {
      page,
      expectProblem: (what) => {
        const index = problems.findIndex((problem) => what.test(problem));
        if (index < 0) throw new Error(`nothing has gone wrong like ${what}, but: ${problems.join('\n') || 'nothing'}`);
        problems.splice(index, 1);
      },
      [Symbol.asyncDispose]: async () => {
        await context.close();
        if (problems.length > 0) throw new Error(`in the page:\n${problems.join('\n')}`);
      },
    };
  }

  close(): Promise<void> {
    return this.browser.close();
  }
}

export interface OpenOptions extends BrowserContextOptions {
  /** Runs before the page is opened. */
  readonly prepare?: (context: BrowserContext) => Promise<void>;
}
