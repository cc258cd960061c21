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

/** Milliseconds after which a page does not show any more what it has not shown yet. */
const patience = 15_000;

/** How a page is opened. */
export interface OpenOptions extends BrowserContextOptions {
  /** Runs before the page is opened. */
  readonly prepare?: (context: BrowserContext) => Promise<void>;
}

/** A page in a profile of its own, and what has gone wrong in it. */
export interface OpenPage {
  readonly page: Page;
  readonly problems: string[];
  close(): Promise<void>;
}

/** A Chromium without a window. */
export class Chromium {
  private constructor(private readonly browser: Browser) {}

  static async start(): Promise<Chromium> {
    const executablePath = findChromium();
    if (executablePath === undefined) throw new Error('there is no Chromium, so jest should have left this spec out');
    return new Chromium(
      await chromium.launch({ executablePath, args, handleSIGINT: false, handleSIGTERM: false, handleSIGHUP: false }),
    );
  }

  /** Opens an address. What the page reports as an error or a warning, and what it asks of other machines, is a problem. */
  async open(url: string, { prepare, ...options }: OpenOptions = {}): Promise<OpenPage> {
    const context = await this.browser.newContext({ viewport: { width: 1280, height: 720 }, ...options });
    context.setDefaultTimeout(patience);
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
    return { page, problems, close: () => context.close() };
  }

  close(): Promise<void> {
    return this.browser.close();
  }
}
