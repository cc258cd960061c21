import { combineLatest, distinctUntilChanged, map, startWith } from 'rxjs';
import { useMemo, useRef } from 'preact/hooks';

import { useObservable } from '../app/useObservable';
import type { Session } from '../session/session';
import { BytesPart } from './BytesPart';
import { CopyButton } from './CopyButton';
import { type Details, detailsOf, detailsText } from './details';
import { hexDump } from './hexLines';

/** The selected marble, as text and as bytes. Renders nothing while none is selected, and then has no place. */
export function InspectorPanel({ session }: { readonly session: Session }) {
  const { marbles, selection, timeline } = session;
  // The end of a command or of a call comes later than its beginning, and a marble may go.
  const shown$ = useMemo(
    () =>
      combineLatest([selection.number$, marbles.changed$.pipe(startWith(undefined))]).pipe(
        map(([number]) => ({
          number,
          partner: number === undefined ? undefined : marbles.partner(number),
          isThere: number !== undefined && marbles.has(number),
        })),
        distinctUntilChanged(
          (one, other) => one.number === other.number && one.partner === other.partner && one.isThere === other.isThere,
        ),
      ),
    [marbles, selection],
  );
  const { number, isThere } = useObservable(shown$, { number: undefined, partner: undefined, isThere: false });
  const body = useRef<HTMLDivElement>(null);
  if (number === undefined) return null;
  const details = detailsOf(marbles, number, timeline.origin);
  const bytes = marbles.bytesOf(number);
  const text = () => [details ? detailsText(details) : '', ...(bytes ? [hexDump(bytes)] : [])].join('\n');
  const close = () => {
    document.getElementById('marbles')?.focus();
    selection.select(undefined);
  };
  return (
    <>
      <div class="panel-head">
        <h2 class={details?.isError ? 'problem' : ''}>{details?.title ?? 'Gone'}</h2>
        <span class="fill" />
        <CopyButton text={text} />
        <button type="button" aria-label="Close the inspector" onClick={close}>
          ×
        </button>
      </div>
      <div ref={body} class="panel-body inspected" tabIndex={-1}>
        {!isThere && <p class="muted">Newer marbles have taken its place.</p>}
        {details && <DetailList details={details} select={(other) => selection.select(other)} />}
        {details && <BytesPart session={session} number={number} bytes={bytes} heir={body} />}
      </div>
    </>
  );
}

interface DetailListProps {
  readonly details: Details;
  readonly select: (number: number) => void;
}

function DetailList({ details: { text, lines }, select }: DetailListProps) {
  return (
    <>
      {text !== '' && <p class="inspected-text bytes">{text}</p>}
      <dl>
        {lines.map(({ name, text: words, number }, index) => (
          <div key={index}>
            <dt>{name}</dt>
            <dd>
              {number === undefined ? (
                words
              ) : (
                <button type="button" class="plain" title="Select it" onClick={() => select(number)}>
                  {words}
                </button>
              )}
            </dd>
          </div>
        ))}
      </dl>
    </>
  );
}
