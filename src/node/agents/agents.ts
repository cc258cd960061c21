import { Agent, type AgentOptions, type ClientRequest, type ClientRequestArgs } from 'node:http';
import { Agent as SecureAgent, type AgentOptions as SecureAgentOptions, type RequestOptions } from 'node:https';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

import { AgentLinks, linksOfModem } from './agentLinks';
import { yieldWhenIdle } from '../sockets/nicSocket';
import type { LinkOptions } from '../links/openHandle';

/** The options of {@link HttpAgent}: those of `http.Agent`, and how it uses its interface. */
export type HttpAgentOptions = AgentOptions & LinkOptions;

/** The options of {@link HttpsAgent}: those of `https.Agent`, and how it uses its interface. */
export type HttpsAgentOptions = SecureAgentOptions & LinkOptions;

/**
 * An `http.Agent` whose connections go through a network interface.
 *
 *     http.get('http://host.example/', { agent: new HttpAgent({ keepAlive: true }) });
 *
 * It has at most as many connections as a modem has links (`maxTotalSockets: 5`), and further requests wait. Connections that
 * are kept and idle are given up first, for requests to other hosts and for any other socket of `rx-usocket/node`. After an
 * answer, a connection rests for 15 ms, because the modem may still have to say that the server has ended it.
 */
export class HttpAgent extends Agent {
  private readonly links: AgentLinks;

  constructor({ nic, linkTimeout, halfCloseTimeout, ...options }: HttpAgentOptions = {}) {
    super({ maxTotalSockets: linksOfModem, ...options });
    this.links = new AgentLinks(this, { nic, linkTimeout, halfCloseTimeout });
  }

  /** Connects through the interface. Node.js calls it. */
  override createConnection(options: ClientRequestArgs): Duplex {
    return this.links.connect(options);
  }

  /** Node.js tells with `free` that a request is over. */
  override emit(event: string | symbol, ...args: unknown[]): boolean {
    if (event !== 'free') return super.emit(event, ...args);
    const [socket, options] = args as [Socket, ClientRequestArgs];
    this.links.rest(socket, options, () => super.emit(event, ...args));
    return true;
  }

  /** Adds a request. Node.js calls it. */
  protected addRequest(request: ClientRequest, options: ClientRequestArgs): void {
    this.links.add(request, options);
  }
}

/**
 * An `https.Agent` whose connections go through a network interface. They are encrypted on this machine, so the modem sees
 * encrypted bytes only, and the certificate is checked as usual. TLS sessions are used again.
 *
 *     https.get('https://host.example/', { agent: new HttpsAgent({ keepAlive: true }) });
 *
 * It uses the links of a modem as {@link HttpAgent} does.
 */
export class HttpsAgent extends SecureAgent {
  private readonly links: AgentLinks;

  constructor({ nic, linkTimeout, halfCloseTimeout, ...options }: HttpsAgentOptions = {}) {
    super({ maxTotalSockets: linksOfModem, ...options });
    this.links = new AgentLinks(this, { nic, linkTimeout, halfCloseTimeout });
  }

  /** Connects through the interface, and encrypts. Node.js calls it. */
  override createConnection(options: RequestOptions): Duplex | null | undefined {
    // The time-out is that of the encrypted socket.
    const socket = this.links.connect({ ...options, timeout: undefined });
    const secure = super.createConnection(Object.assign(options, { socket }));
    if (secure) yieldWhenIdle(socket, secure);
    return secure;
  }

  /** Node.js tells with `free` that a request is over. */
  override emit(event: string | symbol, ...args: unknown[]): boolean {
    if (event !== 'free') return super.emit(event, ...args);
    const [socket, options] = args as [Socket, ClientRequestArgs];
    this.links.rest(socket, options, () => super.emit(event, ...args));
    return true;
  }

  /** Adds a request. Node.js calls it. */
  protected addRequest(request: ClientRequest, options: ClientRequestArgs): void {
    this.links.add(request, options);
  }
}
