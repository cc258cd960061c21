/**
 * The sockets of Node.js over a network interface: programs and libraries that use `net`, `http` or `https` go through a
 * modem.
 *
 *     import { connect, HttpAgent } from 'rx-usocket/node';
 *
 * @module rx-usocket/node
 */
export { HttpAgent, type HttpAgentOptions, HttpsAgent, type HttpsAgentOptions } from './agents/agents';
export { connect, type NicConnectOptions } from './sockets/connect';
export { connector, type Connector, type ConnectorOptions, type ConnectorTarget } from './agents/connector';
export { createSocket, type NicDatagramOptions, NicDatagramSocket } from './datagrams/datagrams';
export { lookup, type LookupCallback, type NicLookupOptions } from './sockets/lookup';
export { NicSocket, type NicSocketOptions } from './sockets/nicSocket';
export type { LinkOptions } from './links/openHandle';
export { listen, type NicListenOptions } from './sockets/listen';
export { createServer, NicServer, type NicServerOptions } from './sockets/server';
