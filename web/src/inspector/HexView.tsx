import { useEffect, useRef, useState } from 'preact/hooks';

import { hexLine, lineCount } from './hexLines';

/** The height of a line, as in inspector.css, and how many lines are rendered beside those that are visible. */
const lineHeight = 18;
const linesBeside = 10;
const mostVisible = 40;

/** Bytes as hexadecimal numbers and as characters. Only the visible lines are in the page. */
export function HexView({ bytes }: { readonly bytes: Uint8Array }) {
  const place = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  useEffect(() => place.current?.scrollTo(0, 0), [bytes]);
  const count = lineCount(bytes);
  const first = Math.max(0, Math.min(Math.floor(top / lineHeight), count) - linesBeside);
  const last = Math.min(count, first + mostVisible + 2 * linesBeside);
  const lines = Array.from({ length: last - first }, (_, at) => hexLine(bytes, first + at));
  return (
    <div
      class="hex"
      ref={place}
      tabIndex={0}
      role="region"
      aria-label={`${bytes.length} bytes: offset, hexadecimal, characters`}
      onScroll={({ currentTarget }) => setTop(currentTarget.scrollTop)}
    >
      <div style={{ height: `${count * lineHeight}px` }}>
        <pre style={{ transform: `translateY(${first * lineHeight}px)` }}>{lines.join('\n')}</pre>
      </div>
    </div>
  );
}
