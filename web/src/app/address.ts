/** What the fragment of the page's address asks for. It is in the fragment because a token there comes into no log. */
export type Asked =
  /** Attaches to the program that serves the page. `url` is the address of its WebSocket. */
  | { readonly kind: 'program'; readonly url: string }
  /** Opens the line that `rx-usocket bridge` serves. */
  | { readonly kind: 'line'; readonly url: string }
  /** Opens the recording that the server of the page has. */
  | { readonly kind: 'recording'; readonly url: string };

/** Reads the address of the page: `#program=<token>`, `#line=<ws address>` or `#recording=<token>`. */
export function askedBy(address: string): Asked | undefined {
  const url = new URL(address);
  const [, kind, value = ''] = /^#(program|line|recording)(?:=(.*))?$/.exec(url.hash) ?? [];
  if (kind === 'program') return { kind, url: onServer(url, 'ws', 'program', value) };
  if (kind === 'recording') return { kind, url: onServer(url, 'http', 'recording', value) };
  return kind === 'line' ? { kind, url: decodeURIComponent(value) } : undefined;
}

function onServer({ protocol, host }: URL, scheme: 'ws' | 'http', path: string, token: string): string {
  return `${scheme}${protocol === 'https:' ? 's' : ''}://${host}/${path}?token=${token}`;
}
