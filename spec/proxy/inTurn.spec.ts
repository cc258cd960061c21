import { describe, expect, it } from '@jest/globals';
import type { ServerResponse } from 'node:http';

import { webServer } from '../../harness/peers/webServer';
import { allProxies, runningProxy } from './support/runningProxy';

/** A web server that answers some requests only when it is told to. */
async function patientServer() {
  const asked: string[] = [];
  const held = new Map<string, ServerResponse>();
  const web = await webServer((request, response) => {
    const what = `${request.method} ${request.url}`;
    request.resume();
    asked.push(what);
    if (what.includes('held')) held.set(what, response);
    else response.end(`answer to ${what}.`);
  });
  return { ...web, asked, release: (what: string) => held.get(what)?.end(`answer to ${what}.`) };
}

describe.each(allProxies)('requests that a client sends without waiting for the answers, on $name,', (tested) => {
  it('are passed on one after the other, and those of others meanwhile', async () => {
    await using proxy = await runningProxy(tested);
    await using web = await patientServer();
    const request = (method: string, path: string) =>
      `${method} http://127.0.0.1:${web.port}${path} HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n`;
    const client = proxy.client(request('GET', '/held') + request('DELETE', '/two') + request('GET', '/three'));
    const other = proxy.client(request('GET', '/first'));
    await other.hears(/first\./);
    // A second request would have been there by now.
    other.socket.write(request('GET', '/second'));
    await other.hears(/second\./);
    expect([...web.asked].sort()).toEqual(['GET /first', 'GET /held', 'GET /second']);
    web.release('GET /held');
    await client.hears(/answer to GET \/held\.[^]*answer to DELETE \/two\.[^]*answer to GET \/three\./);
    expect(web.asked.slice(3)).toEqual(['DELETE /two', 'GET /three']);
    for (const { socket } of [client, other]) socket.destroy();
  });

  it('are not passed on when the client has left', async () => {
    await using proxy = await runningProxy(tested);
    await using web = await patientServer();
    const request = (path: string) => `GET http://127.0.0.1:${web.port}${path} HTTP/1.1\r\nHost: a\r\n\r\n`;
    const client = proxy.client(request('/held') + request('/two'));
    const left = new Promise((resolve) => web.server.once('request', (asked) => asked.once('close', resolve)));
    const other = proxy.client(request('/first'));
    await other.hears(/first\./);
    client.socket.resetAndDestroy();
    await left;
    other.socket.write(request('/second'));
    await other.hears(/second\./);
    expect([...web.asked].sort()).toEqual(['GET /first', 'GET /held', 'GET /second']);
    other.socket.destroy();
  });
});
