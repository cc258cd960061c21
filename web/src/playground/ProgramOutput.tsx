import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';

import { useObservable } from '../app/useObservable';
import type { Output, OutputLine } from './run/output';

interface ProgramOutputProps {
  readonly output: Output;
  readonly showLine: (line: number) => void;
}

const nothing: readonly OutputLine[] = [];
/** Pixels. As long as the end is so near, the newest line stays in sight. */
const nearEnd = 40;

/** What a program prints, and the errors that it has not caught. */
export function ProgramOutput({ output, showLine }: ProgramOutputProps) {
  const lines = useObservable(output.lines$, nothing);
  const place = useRef<HTMLDivElement>(null);
  const follows = useRef(true);
  const follow = (): void => {
    if (follows.current && place.current) place.current.scrollTop = place.current.scrollHeight;
  };
  useLayoutEffect(follow, [lines]);
  useEffect(() => {
    // A panel that is hidden by its tab forgets how far it was scrolled.
    const resized = new ResizeObserver(follow);
    if (place.current) resized.observe(place.current);
    return () => resized.disconnect();
  }, []);
  return (
    <div
      class="program-output"
      role="log"
      aria-label="Output"
      tabIndex={0}
      ref={place}
      onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) => {
        if (clientHeight > 0) follows.current = scrollHeight - scrollTop - clientHeight < nearEnd;
      }}
    >
      {lines.length === 0 && <p class="muted">What the program prints comes here.</p>}
      {lines.map(({ id, kind, text, line }) => (
        <pre key={id} class={kind}>
          {text}
          {line !== undefined && (
            <button type="button" class="to-line" onClick={() => showLine(line)}>
              line {line}
            </button>
          )}
        </pre>
      ))}
    </div>
  );
}
