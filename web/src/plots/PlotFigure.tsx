import { useEffect, useId, useMemo, useRef } from 'preact/hooks';
import { auditTime, map, merge, type Observable, startWith, Subject } from 'rxjs';

import { useObservable } from '../app/useObservable';
import { theme$ } from '../theme/theme';
import { Chart } from './chart';
import type { PlotDefinition } from './plotDefinitions';
import type { PlotSource } from './plotSource';
import { plotText, type PlotText } from './readings';

/** How often the readings change, in milliseconds. */
const readingTime = 250;

interface PlotFigureProps {
  readonly definition: PlotDefinition;
  readonly source: PlotSource;
}

/** A plot, what it shows now or at the cursor, and a summary for who does not see it. */
export function PlotFigure({ definition, source }: PlotFigureProps) {
  const place = useRef<HTMLDivElement>(null);
  const captionId = useId();

  useEffect(() => {
    if (!place.current) return undefined;
    const chart = new Chart(definition, place.current, (time) => source.cursor.point(time));
    const drawing = merge(source.frames$, theme$, resized(place.current, chart)).subscribe(() => {
      if (place.current?.offsetParent) chart.draw(source.slice(), source.range);
    });
    drawing.add(source.cursor.time$.subscribe((time) => chart.point(time)));
    return () => {
      drawing.unsubscribe();
      chart.destroy();
    };
  }, [definition, source]);

  const text$ = useMemo(() => {
    const text = (): PlotText => plotText(definition, source.slice(), source.cursor.time);
    return merge(source.frames$, source.cursor.time$).pipe(auditTime(readingTime), startWith(undefined), map(text));
  }, [definition, source]);
  const { readings, summary } = useObservable(text$, { readings: [], summary: '' });
  return (
    <figure class="plot" aria-labelledby={captionId}>
      <figcaption id={captionId}>
        <span class="visually-hidden">{summary}</span>
        <span class="plot-title" aria-hidden="true">
          {definition.title}
        </span>
        {readings.map(({ label, colour, value }) => (
          <span key={label} class={`reading ${colour}`} aria-hidden="true">
            <span>{label}</span> <span>{value}</span>
          </span>
        ))}
      </figcaption>
      <div class="chart" ref={place} />
    </figure>
  );
}

/** Gives a chart the size of its place, and tells of that. */
function resized(place: HTMLElement, chart: Chart): Observable<void> {
  const changes = new Subject<void>();
  const observer = new ResizeObserver(() => {
    chart.resize();
    changes.next();
  });
  observer.observe(place);
  return changes;
}
