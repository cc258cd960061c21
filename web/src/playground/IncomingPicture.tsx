import { useEffect, useRef, useState } from 'preact/hooks';
import { filter, switchMap, tap } from 'rxjs';

import { bitmapHead, drawRows, rowsOf } from './bitmap';
import { type IncomingFile, incomingFiles } from './run/incomingFile';
import type { ProgramRuns } from './run/programRuns';

/** The picture that comes in, row by row. */
export function IncomingPicture({ programs }: { readonly programs: ProgramRuns }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [text, setText] = useState<string>();
  useEffect(() => {
    const drawer = new RowDrawer();
    const runs$ = programs.stage$.pipe(
      filter((stage) => stage === 'running'),
      tap(() => {
        drawer.forget();
        setText(undefined);
      }),
    );
    // Each run counts its connections from 1.
    const files$ = runs$.pipe(switchMap(() => programs.incoming$.pipe(incomingFiles())));
    const following = files$.subscribe((file) => {
      const shown = drawer.draw(file, canvas.current);
      if (shown !== undefined) setText(shown);
    });
    return () => following.unsubscribe();
  }, [programs]);
  return (
    <figure class="incoming-picture" hidden={text === undefined}>
      <canvas ref={canvas} role="img" aria-label={`The picture that comes in: ${text ?? ''}`} />
      <figcaption class="muted">{text}</figcaption>
    </figure>
  );
}

/** Draws the rows that are new. */
class RowDrawer {
  private connection = 0;
  private rows = 0;

  forget(): void {
    this.connection = this.rows = 0;
  }

  /** Returns how much has come. `undefined` for a file that is no picture. */
  draw({ connection, bytes, size }: IncomingFile, canvas: HTMLCanvasElement | null): string | undefined {
    const head = bitmapHead(bytes);
    const context = canvas?.getContext('2d');
    if (!head || !canvas || !context) return undefined;
    // Several pictures at once: the first one is shown.
    if (this.connection !== 0 && connection !== this.connection) return undefined;
    if (this.connection === 0) {
      this.connection = connection;
      canvas.width = head.width;
      canvas.height = head.height;
    }
    const rows = rowsOf(head, bytes.length);
    if (rows > this.rows) {
      const { width, height } = head;
      const image = context.createImageData(width, rows - this.rows);
      // The rows of the file that are new are neighbours in the picture, too.
      const part = { ...head, height: rows - this.rows, start: head.start + this.rows * head.rowLength };
      drawRows(part, bytes, image.data, 0, part.height);
      context.putImageData(image, 0, head.isUpwards ? height - rows : this.rows);
      this.rows = rows;
    }
    const whole = size === undefined ? '' : ` of ${size.toLocaleString('en')}`;
    return `${bytes.length.toLocaleString('en')}${whole} bytes, ${rows} of ${head.height} rows`;
  }
}
