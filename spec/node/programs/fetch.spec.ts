import { text } from 'node:stream/consumers';

import { describe, expect, it } from '@jest/globals';
import { Agent } from 'undici';

import { noise } from '../../../harness/peers/bytes';
import { signed } from '../../../harness/peers/certificate';
import { connector } from '../../../src/node';
import { ourSockets, type Sockets } from '../support/sockets';
import { secureWebServer, webServer } from '../../../harness/peers/webServer';

/** The `fetch` of Node.js through the interface, with an agent of the package `undici`, which is of another version. */
function fetchOver({ nic }: Sockets) {
  const dispatcher = new Agent({ connections: 1, connect: connector({ nic, ca: signed.authority }) });
  const fetched = (url: string, options: RequestInit = {}) => {
    const withDispatcher: RequestInit = { ...options };
    Object.assign(withDispatcher, { dispatcher });
    return fetch(url, withDispatcher);
  };
  return { dispatcher, fetched };
}

describe.each(ourSockets)('the fetch of Node.js, on $name,', (tested) => {
  it('gets and posts, also encrypted, and follows a redirect', async () => {
    await using sockets = await tested.start();
    const long = noise(20_000).toString('base64');
    await using web = await webServer((incoming, response) => {
      if (incoming.url === '/old') response.writeHead(302, { location: '/new' }).end();
      else void text(incoming).then((body) => response.end(`${incoming.method} ${incoming.url} ${body}`));
    });
    await using secure = await secureWebServer((_incoming, response) => response.end(long));
    const { dispatcher, fetched } = fetchOver(sockets);
    const origin = `http://127.0.0.1:${web.port}`;
    expect(await (await fetched(`${origin}/old`)).text()).toBe('GET /new ');
    expect(await (await fetched(origin, { method: 'POST', body: long })).text()).toBe(`POST / ${long}`);
    expect(await (await fetched(`https://127.0.0.1:${secure.port}`)).text()).toBe(long);
    await dispatcher.close();
  });

  it('is aborted', async () => {
    await using sockets = await tested.start();
    await using web = await webServer((_incoming, response) => response.write('a part'));
    const { dispatcher, fetched } = fetchOver(sockets);
    const controller = new AbortController();
    const response = await fetched(`http://127.0.0.1:${web.port}`, { signal: controller.signal });
    const failed = response.text();
    controller.abort();
    await expect(failed).rejects.toMatchObject({ name: 'AbortError' });
    await dispatcher.destroy();
  });
});

const [, ...overModems] = ourSockets;

describe.each(overModems)('the fetch of Node.js, on $name, when the modem restarts,', (tested) => {
  it('fails with ECONNRESET, and fetches again', async () => {
    await using sockets = await tested.start();
    let isFirst = true;
    await using web = await webServer((_incoming, response) => {
      if (isFirst) response.write('a part');
      else response.end('whole');
      isFirst = false;
    });
    const { dispatcher, fetched } = fetchOver(sockets);
    const origin = `http://127.0.0.1:${web.port}`;
    const failed = (await fetched(origin)).text();
    sockets.restart();
    await expect(failed).rejects.toMatchObject({ cause: { code: 'ECONNRESET' } });
    expect(await sockets.isBack()).toBe(true);
    expect(await (await fetched(origin)).text()).toBe('whole');
    await dispatcher.close();
  });
});
