import { existsSync } from 'node:fs';
import { extname, join } from 'node:path';

import type { BrowserContext } from 'playwright-core';

/**
 * A watched program serves the page that `npm run build` has made. This puts the one in their place that was built for the
 * specs: the files, with the headers of the program's server.
 */
export async function freshFiles(context: BrowserContext, address: string, page: string): Promise<void> {
  const { origin } = new URL(address);
  // Chromium does not know that these files come from this machine, and would not let them talk to it.
  await context.grantPermissions(['local-network-access'], { origin });
  await context.route(
    (url) => url.origin === origin,
    async (route) => {
      const { pathname } = new URL(route.request().url());
      const path = join(page, pathname.endsWith('/') ? `${pathname}index.html` : pathname);
      const response = await route.fetch();
      const headers = response.headers();
      delete headers['content-length'];
      const isPage = existsSync(path) && ![401, 403].includes(response.status());
      await route.fulfill(isPage ? { status: 200, path, headers: { ...headers, ...typeOf(path) } } : { response });
    },
  );
}

function typeOf(path: string): Record<string, string> {
  const types: Readonly<Record<string, string>> = {
    '.html': 'text/html',
    '.js': 'text/javascript',
    '.css': 'text/css',
  };
  return { 'content-type': types[extname(path)] ?? 'application/octet-stream' };
}
