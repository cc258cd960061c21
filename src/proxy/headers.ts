import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';

/** The headers of one connection only, which a proxy does not pass on (RFC 9110, section 7.6.1). */
const ofOneConnection = [
  ...['connection', 'keep-alive', 'proxy-connection', 'proxy-authenticate', 'proxy-authorization'],
  ...['te', 'trailer', 'transfer-encoding', 'upgrade'],
];

/** A message as `node:http` has parsed it. */
interface Message {
  readonly rawHeaders: readonly string[];
  readonly headers: IncomingHttpHeaders;
  readonly httpVersion: string;
}

/** The headers of a message that a proxy passes on, in their order, with `Via`. */
export function passedOn({ rawHeaders, headers, httpVersion }: Message): OutgoingHttpHeaders {
  const named = (headers.connection ?? '').toLowerCase().split(',');
  const dropped = new Set([...ofOneConnection, ...named.map((name) => name.trim())]);
  const kept = new Map<string, [name: string, ...values: string[]]>();
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const [name = '', value = ''] = rawHeaders.slice(index, index + 2);
    const key = name.toLowerCase();
    if (dropped.has(key)) continue;
    const entry = kept.get(key);
    if (entry) entry.push(value);
    else kept.set(key, [name, value]);
  }
  const [, ...before] = kept.get('via') ?? ['Via'];
  kept.set('via', ['Via', [...before, `${httpVersion} rx-usocket`].join(', ')]);
  return Object.fromEntries(
    [...kept.values()].map(([name, ...values]) => [name, values.length > 1 ? values : values[0]]),
  );
}
