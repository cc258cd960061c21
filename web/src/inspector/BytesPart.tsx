import type { RefObject } from 'preact';

import { useIsLive } from '../app/useIsLive';
import { useObservable } from '../app/useObservable';
import { PassingButton } from '../focus/PassingButton';
import type { Session } from '../session/session';
import { nearestBytes } from './details';
import { HexView } from './HexView';

interface BytesPartProps {
  readonly session: Session;
  readonly number: number;
  readonly bytes: Uint8Array | undefined;
  /** What takes the focus over when a button goes away. */
  readonly heir: RefObject<HTMLElement | null>;
}

/** The bytes of a marble, or where they are, or why there are none. */
export function BytesPart({ session, number, bytes, heir }: BytesPartProps) {
  const { marbles, selection, source } = session;
  const isLive = useIsLive(session);
  const areShown = useObservable(session.arePayloadsShown$, false);
  if (bytes) return <HexView bytes={bytes} />;
  const kind = marbles.kind(number);
  if (kind === 'bytesToModem' || kind === 'bytesFromModem') {
    return <p class="muted">These bytes have been dropped, because newer ones needed their room.</p>;
  }
  if (!hasBytes(kind)) return null;
  const near = nearestBytes(marbles, number);
  if (near !== undefined) {
    return (
      <PassingButton heir={heir} onClick={() => selection.select(near)}>
        Show the bytes on the line
      </PassingButton>
    );
  }
  if (!source.setPayloads) return null;
  if (!isLive) return <p class="muted">Payloads were not asked for.</p>;
  if (areShown) return <p class="muted">The bytes on the line are shown from now on.</p>;
  return (
    <p class="muted">
      Payloads are not asked for.{' '}
      <PassingButton heir={heir} onClick={() => session.setPayloads(true)}>
        Ask for payloads
      </PassingButton>
    </p>
  );
}

/** Whether a marble of this kind went over the line. */
function hasBytes(kind: string): boolean {
  return !kind.startsWith('call') && !['note', 'report', 'hint', 'fault', 'missed'].includes(kind);
}
