import type { ListenOptions } from 'node:net';

/** The options of `server.listen`, with those that Node.js does not document. */
type GivenOptions = ListenOptions & { readonly fd?: number; readonly handle?: unknown; readonly _handle?: unknown };

/** The arguments of `server.listen`: `(port, host, backlog)` or `(options)`, each with a listener after it. */
export function listenArguments(given: readonly unknown[]): {
  readonly options: GivenOptions;
  readonly listener: (() => void) | undefined;
} {
  const last = given.at(-1);
  const listener = typeof last === 'function' ? (last as () => void) : undefined;
  const [first, ...rest] = given;
  if (typeof first === 'object' && first !== null) return { options: first, listener };
  if (typeof first === 'string' && Number.isNaN(Number(first))) return { options: { path: first }, listener };
  const host = rest.find((each) => typeof each === 'string');
  const backlog = rest.find((each) => typeof each === 'number');
  const port = typeof first === 'function' ? 0 : ((first ?? 0) as number);
  return { options: { port, ...(host && { host }), ...(backlog !== undefined && { backlog }) }, listener };
}

/** Whether a server is told to listen on a path, or on what is open already. Options that are `undefined` do not count. */
export function isNoPort(options: GivenOptions): boolean {
  return Boolean(options.path) || typeof options.fd === 'number' || Boolean(options.handle) || '_handle' in options;
}
