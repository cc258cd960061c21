import { useEffect, useState } from 'preact/hooks';
import { fromEvent, merge } from 'rxjs';

/** Takes a file that is dropped anywhere on the page. Returns whether one is held over it. */
export function useFileDrop(take: (file: File) => void): boolean {
  const [isOver, setOver] = useState(false);
  useEffect(() => {
    const over$ = merge(fromEvent<DragEvent>(document, 'dragenter'), fromEvent<DragEvent>(document, 'dragover'));
    const reading = over$.subscribe((event) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      setOver(true);
    });
    reading.add(
      fromEvent<DragEvent>(document, 'dragleave').subscribe((event) => {
        // Otherwise it goes from one element of the page to another.
        if (event.relatedTarget === null) setOver(false);
      }),
    );
    reading.add(
      fromEvent<DragEvent>(document, 'drop').subscribe((event) => {
        setOver(false);
        const file = event.dataTransfer?.files[0];
        if (!file) return;
        event.preventDefault();
        take(file);
      }),
    );
    return () => reading.unsubscribe();
  }, [take]);
  return isOver;
}

function hasFiles({ dataTransfer }: DragEvent): boolean {
  return dataTransfer?.types.includes('Files') ?? false;
}
