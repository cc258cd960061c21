import { concat, defer, EMPTY, type Observable, tap } from 'rxjs';

import type { Nic, StreamLink, StreamSettings } from '../contract/nic';
import { OSError } from '../contract/osError';
import type { ConnectionOption } from '../calls/socketOption';

/** Seconds of silence before a connection is probed, where `SO_KEEPALIVE` alone is set: BSD's two hours. */
const usualIdle = 7200;

interface Chosen {
  readonly keepAlive?: boolean;
  readonly idle?: number;
  readonly noDelay?: boolean;
}

/** The options of a stream socket that its connection has to have: kept until there is one, and changed on it then. */
export class ConnectionSettings {
  /** Whether closing breaks the connection off. */
  resets = false;

  private chosen: Chosen = {};

  /** What a connection is to be opened with; what was never set is not in it. */
  get value(): StreamSettings {
    return settingsOf(this.chosen);
  }

  /** Cold. Changes an option on the connection, if there is one; keeps it for the one to come otherwise. */
  change(option: ConnectionOption, nic: Nic, link: StreamLink | undefined): Observable<never> {
    return defer(() => {
      const next = { ...this.chosen, ...changeOf(option) };
      const keep = tap<never>({ complete: () => (this.chosen = next) });
      if (!link) return nic.checkSettings(settingsOf(next)).pipe(keep);
      const changed = difference(settingsOf(this.chosen), settingsOf(next));
      return (changed ? link.configure(changed) : EMPTY).pipe(keep);
    });
  }

  /** Cold. Has the connection be closed with a reset, if the interface can, or in order. */
  reset(resets: boolean, nic: Nic): Observable<never> {
    const keep$ = defer(() => {
      this.resets = resets;
      return EMPTY;
    });
    return concat(resets ? nic.checkSettings({ resets }) : EMPTY, keep$);
  }

  /** `EINVAL` if anything is set: connections that come have been opened by their peers. */
  checkUnset(): void {
    if (Object.keys(this.value).length === 0) return;
    const message = 'listen: SO_KEEPALIVE and TCP_NODELAY are set on the sockets that accept gives, not on this one';
    throw new OSError('EINVAL', 'listen', message);
  }
}

function changeOf(option: ConnectionOption): Chosen {
  if (option.name === 'TCP_KEEPIDLE') return { idle: option.seconds };
  return option.name === 'SO_KEEPALIVE' ? { keepAlive: option.on } : { noDelay: option.on };
}

function settingsOf({ keepAlive, idle = usualIdle, noDelay }: Chosen): StreamSettings {
  return {
    ...(keepAlive !== undefined && { keepAlive: keepAlive ? idle : 0 }),
    ...(noDelay !== undefined && { noDelay }),
  };
}

function difference(one: StreamSettings, other: StreamSettings): StreamSettings | undefined {
  const changed = Object.entries(other).filter(([name, value]) => one[name as keyof StreamSettings] !== value);
  return changed.length > 0 ? Object.fromEntries(changed) : undefined;
}
