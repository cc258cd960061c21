import type { Agent } from 'node:http';
import type { Socket } from 'node:net';

import type { Target } from './target';

/** The way out of a proxy, which its protocols share. */
export interface Outgoing {
  /** Keeps the connections of plain HTTP for further requests. */
  readonly agent: Agent;
  /** Begins to connect. */
  connect(target: Target): Socket;
  /** Tells that a request could not be carried out. */
  refused(what: string, reason: string): void;
}
