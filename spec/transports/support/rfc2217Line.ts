import { rfc2217Uart, type Rfc2217UartOptions, type ReopenableUart } from '../../../src/transports';
import { TelnetPeer, type TelnetPeerOptions } from '../../../harness/lines/telnetPeer';
import type { TcpServer } from '../../../harness/peers/tcpServer';

/** Opens a line of RFC 2217 to a server, and gives both ends. */
export async function rfc2217Line(
  server: TcpServer,
  options: Partial<Rfc2217UartOptions> = {},
  peerOptions: TelnetPeerOptions = {},
): Promise<[ReopenableUart, TelnetPeer]> {
  const { address: host, port } = server.endpoint;
  const uart = rfc2217Uart({ host, port, ...options });
  return [uart, new TelnetPeer(await server.accept(), peerOptions)];
}
