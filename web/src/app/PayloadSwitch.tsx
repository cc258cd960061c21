import { useState } from 'preact/hooks';

import type { Source } from '../sources/source';

/** Asks a program for the bytes on its line. Nothing is rendered for a source that always tells them, or cannot. */
export function PayloadSwitch({ source }: { readonly source: Source }) {
  const [areShown, setShown] = useState(false);
  if (!source.setPayloads) return null;
  const toggle = () => {
    source.setPayloads?.(!areShown);
    setShown(!areShown);
  };
  return (
    <button
      type="button"
      aria-pressed={areShown}
      title="Also shows the bytes on the line. Keys are never shown."
      onClick={toggle}
    >
      Payloads
    </button>
  );
}
