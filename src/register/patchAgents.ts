import { Agent, type ClientRequest, type ClientRequestArgs } from 'node:http';
import type { Socket } from 'node:net';

import { AgentLinks } from '../node/agents/agentLinks';
import { replace, type Routes } from './patch';

/**
 * Lets the connections that agents keep rest after an answer, as those of `HttpAgent` do. A server that ends a connection
 * behind its answer is heard then, so the next request does not fail on it.
 */
export function patchAgents({ sockets }: Routes): void {
  /** The agents that have had connections of the modem. An entry goes with its agent. */
  const found = new WeakMap<Agent, AgentLinks>();
  const linksOf = (agent: Agent) => {
    const links = found.get(agent) ?? new AgentLinks(agent, {});
    found.set(agent, links);
    return links;
  };
  replace(Agent.prototype, 'emit', (original) => (self, given) => {
    const [event, socket, options] = given as [string, Socket, ClientRequestArgs];
    if (event !== 'free' || !sockets.has(socket)) return original(self, given);
    linksOf(self as Agent).rest(socket, options, () => void original(self, given));
    return true;
  });
  replace(Agent.prototype, 'addRequest', (original) => (self, given) => {
    const [request, options] = given as [ClientRequest, ClientRequestArgs | string];
    const links = found.get(self as Agent);
    if (!links || typeof options !== 'object') return original(self, given);
    links.add(request, options);
    return undefined;
  });
}
