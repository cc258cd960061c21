import { concat, defer, EMPTY, type Observable, tap } from 'rxjs';

import type { Call } from '../calls/call';
import type { ConnectionChange } from '../calls/optionChange';
import type { Nic, StreamLink, StreamSettings } from '../contract/nic';

/** Seconds of silence before the peer is probed, where only `SO_KEEPALIVE` is set: two hours, as on BSD. */
const usualIdle = 7200;

interface Chosen {
  readonly keepAlive?: boolean;
  readonly idle?: number;
  readonly noDelay?: boolean;
}

/** The settings that the program has chosen for the connection. They are kept until there is one, and changed on it then. */
export class ChosenSettings {
  /** Whether the connection is closed with a reset. */
  resets = false;

  private chosen: Chosen = {};

  /** The settings to open a connection with. What was never chosen is left out. */
  get value(): StreamSettings {
    return settingsOf(this.chosen);
  }

  /** Cold. Changes a setting of the connection, or keeps it for the connection to come. */
  change(option: ConnectionChange, nic: Nic, link: StreamLink | undefined): Observable<never> {
    return defer(() => {
      const next = { ...this.chosen, ...changeOf(option) };
      const keep = tap<never>({ complete: () => (this.chosen = next) });
      if (!link) return nic.checkSettings(settingsOf(next)).pipe(keep);
      const changed = difference(settingsOf(this.chosen), settingsOf(next));
      return (changed ? link.configure(changed) : EMPTY).pipe(keep);
    });
  }

  /**
   * Cold. Chooses whether the connection is closed with a reset. Errors with `ENOPROTOOPT` if the interface cannot do
   * that.
   */
  reset(resets: boolean, nic: Nic): Observable<never> {
    const keep$ = defer(() => {
      this.resets = resets;
      return EMPTY;
    });
    return concat(resets ? nic.checkSettings({ resets }) : EMPTY, keep$);
  }

  /** Throws `EINVAL` if anything is set, because the peer opens a connection that is accepted. */
  checkUnset(call: Call): void {
    if (Object.keys(this.value).length === 0) return;
    const reason = 'SO_KEEPALIVE and TCP_NODELAY are set on the sockets that accept gives, not on this one';
    throw call.error('EINVAL', reason);
  }
}

function changeOf(option: ConnectionChange): Chosen {
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
