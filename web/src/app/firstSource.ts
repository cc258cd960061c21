import { defer, NEVER, type Observable, of } from 'rxjs';

import { sharedRecording } from '../recordings/sharedRecording';
import { lineSource } from '../sources/lineSource';
import { playgroundSource } from '../sources/playgroundSource';
import { programSource } from '../sources/programSource';
import type { Source } from '../sources/source';
import { type Asked, askedBy } from './address';

/** What is shown until the source that the address of the page asks for has answered. */
const names = { program: 'Program', line: 'Line of another machine', recording: 'Recording' } as const;

/** The source with which the page begins. */
export function firstSource(): Source {
  const asked = askedBy(location.href);
  if (!asked) return playgroundSource();
  return { kind: asked.kind, name: names[asked.kind], batches$: NEVER, close: () => undefined };
}

/** The source that the address of the page asks for, if it does. */
export function askedSource(): Observable<Source> | undefined {
  const asked = askedBy(location.href);
  return asked && defer(() => opened(asked));
}

function opened({ kind, url }: Asked): Observable<Source> {
  if (kind === 'program') return programSource(url);
  if (kind === 'line') return of(lineSource(url));
  return sharedRecording(url);
}
