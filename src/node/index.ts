/**
 * The sockets of Node.js over a network interface: programs and libraries that use `net`, `http` or `https` go through a
 * modem.
 *
 *     import { connect, HttpAgent } from 'rx-usocket/node';
 *
 * @module rx-usocket/node
 */
export { HttpAgent, type HttpAgentOptions, HttpsAgent, type HttpsAgentOptions } from './agents';
export { connect, type NicConnectOptions } from './connect';
export { connector, type Connector, type ConnectorOptions, type ConnectorTarget } from './connector';
export { createSocket, type NicDatagramOptions, NicDatagramSocket } from './datagrams';
export { lookup, type LookupCallback, type NicLookupOptions } from './lookup';
export { NicSocket, type NicSocketOptions } from './nicSocket';
export type { LinkOptions } from './openHandle';
export { listen, type NicListenOptions } from './listen';
export { createServer, NicServer, type NicServerOptions } from './server';
