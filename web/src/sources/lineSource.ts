import { webSocketUart } from 'rx-usocket/web-serial';

import type { LocalSource } from './localSource';
import { realLineSource } from './realLineSource';

/**
 * The line of another machine, which `rx-usocket bridge` serves over a WebSocket.
 *
 * @throws `EINVAL` for a URL that is not one of a WebSocket.
 */
export function lineSource(url: string): LocalSource {
  const { protocol, host } = new URL(url);
  // The token is not shown.
  const name = `${protocol}//${host}`;
  return realLineSource({ kind: 'line', name, baud: 115_200, open: () => webSocketUart(url) });
}
