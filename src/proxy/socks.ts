import type { Socket } from 'node:net';

import { Socks5Server } from '@pondwader/socks5-server';

import { join } from './join';
import type { Outgoing } from './outgoing';
import { refusalOf } from './refusal';
import { hostOf } from './target';

/** The first byte of a client that speaks SOCKS5, and of one that speaks SOCKS4. */
export const socks5 = 5;
export const socks4 = 4;

/** "Request rejected", in the protocol of SOCKS4. */
const rejectedBySocks4 = Buffer.from([0, 0x5b, 0, 0, 0, 0, 0, 0]);

/** Answers a client that speaks SOCKS5. Names are resolved by the interface. */
export function answerSocks(client: Socket, outgoing: Outgoing): void {
  // One for each client, because the library passes a client on as a stream of any kind.
  const server = new Socks5Server();
  // The library answers other commands with half a reply.
  server.supportedCommands.add('bind').add('udp');
  server.setConnectionHandler(({ command, destAddress, destPort: port }, sendStatus) => {
    client.off('end', cutOff);
    const what = `SOCKS ${command} ${JSON.stringify(destAddress)}:${port}`;
    if (command !== 'connect') {
      outgoing.refused(what, 'only connections are served');
      sendStatus('COMMAND_NOT_SUPPORTED');
      return;
    }
    const host = hostOf(destAddress);
    if (host === undefined) {
      outgoing.refused(what, 'this cannot be a host name');
      sendStatus('GENERAL_FAILURE');
      return;
    }
    join(client, outgoing.connect({ host, port }), {
      opened: () => sendStatus('REQUEST_GRANTED'),
      failed: (error) => {
        const { reply, reason } = refusalOf(error);
        outgoing.refused(what, reason);
        sendStatus(reply);
      },
    });
  });
  client.once('end', cutOff);
  server._handleConnection(client);
}

/** Refuses a client that speaks SOCKS4. */
export function refuseSocks4(client: Socket, outgoing: Outgoing): void {
  outgoing.refused('SOCKS4', 'only SOCKS5 is served; curl has --socks5-hostname, ssh and others -X 5');
  client.resume().end(rejectedBySocks4);
}

/** The client has ended within its request. */
function cutOff(this: Socket): void {
  this.destroy();
}
