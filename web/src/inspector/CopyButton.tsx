import { useEffect, useState } from 'preact/hooks';

/** How long the button says what came of it, in milliseconds. */
const shownTime = 1500;

/** Copies a text. */
export function CopyButton({ text }: { readonly text: () => string }) {
  const [result, setResult] = useState<string>();
  useEffect(() => {
    const timer = setTimeout(() => setResult(undefined), shownTime);
    return () => clearTimeout(timer);
  }, [result]);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text());
      setResult('Copied');
    } catch {
      setResult('The browser does not allow it');
    }
  };
  return (
    <button type="button" aria-live="polite" onClick={() => void copy()}>
      {result ?? 'Copy'}
    </button>
  );
}
