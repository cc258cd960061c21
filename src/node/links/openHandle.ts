import { of, type SchedulerLike, switchMap } from 'rxjs';

import type { Endpoint, Nic, StreamLink } from '../../usocket/contract/nic';
import { LinkHandle } from './linkHandle';
import { shareOf } from './linkShare';
import type { NativeStream } from '../native/nativeStream';
import { nodeTime } from '../native/nodeTime';

/** How the sockets and servers of this folder use an interface. */
export interface LinkOptions {
  /** The interface. Default: the first one of the program that came up and is not lost, as for `usocket`. */
  readonly nic?: Nic | undefined;
  /**
   * The most milliseconds to wait for a free link, because a modem has only five. Connecting fails with `EMFILE` after
   * that. Default: 60 000.
   */
  readonly linkTimeout?: number | undefined;
  /**
   * How many milliseconds the peer may be silent after this end has been ended with `end`. The connection is closed then.
   * Default: 60 000; for the connections of a server 2000, because a client waits for the server's end.
   */
  readonly halfCloseTimeout?: number | undefined;
}

/** What a handle needs to know of its `net.Socket`. */
interface HandleOptions extends LinkOptions {
  readonly nic: Nic;
  /** How many bytes the program wants to have ready. The interface is not asked for more. Default: 64 KiB. */
  readonly readableHighWaterMark?: number | undefined;
}

/** The default of the streams of Node.js 22 and later. That of Node.js 20 is less than what a modem may send at once. */
const usualHighWaterMark = 65_536;

const scheduler: SchedulerLike = nodeTime;

/** Which connection a `net.Socket` has, as far as Node.js shows it. */
const handles = new WeakMap<NativeStream, LinkHandle>();

/** The connection that Node.js has this handle of; `undefined` for a handle of the operating system, or none. */
export function handleOf(stream: NativeStream | null): LinkHandle | undefined {
  return stream ? handles.get(stream) : undefined;
}

/** Makes a handle that is not connected yet. */
export function clientHandle({ nic, ...options }: HandleOptions): LinkHandle {
  const { linkTimeout = 60_000, halfCloseTimeout = 60_000, readableHighWaterMark = usualHighWaterMark } = options;
  const share = shareOf(nic);
  const handle: LinkHandle = new LinkHandle(
    (remote) => {
      const what = `connect to ${remote.address}:${remote.port}`;
      const opening$ = handle.settings.opening$.pipe(switchMap((settings) => nic.openStream(remote, settings)));
      return share.open(opening$, { what, linkTimeout });
    },
    { share, readableHighWaterMark, halfCloseTimeout, scheduler },
  );
  handles.set(handle.stream, handle);
  return handle;
}

/** Makes the handle of a client that has connected to a server, which listens at the local address. */
export function acceptedHandle(link: StreamLink, options: HandleOptions & { readonly local: Endpoint }): LinkHandle {
  const { nic, local, readableHighWaterMark = usualHighWaterMark, halfCloseTimeout = 2_000 } = options;
  const share = shareOf(nic);
  const handle = new LinkHandle(() => of(link), { share, local, readableHighWaterMark, halfCloseTimeout, scheduler });
  handles.set(handle.stream, handle);
  handle.accept();
  return handle;
}
