import { useEffect, useRef } from 'preact/hooks';

import { useObservable } from '../app/useObservable';
import type { ChosenProgram } from '../playground/chosenProgram';
import { CanvasPainter } from './canvasPainter';
import { EmptyLanes } from './EmptyLanes';
import { onLaneKey } from './laneKeys';
import { LaneLabels } from './LaneLabels';
import type { LanesView } from './lanesView';
import { heightOf, rulerHeight } from './painting/laneRows';

interface LanesCanvasProps {
  readonly view: LanesView;
  readonly program: ChosenProgram | undefined;
}

/** The labels of the lanes, and the canvas beside them. */
export function LanesCanvas({ view, program }: LanesCanvasProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const rows = useObservable(view.rows$, []);
  useEffect(() => {
    if (!canvas.current || !scroller.current) return undefined;
    const painter = new CanvasPainter(view, canvas.current, scroller.current);
    return () => painter.close();
  }, [view]);
  return (
    <div class="lanes-scroller" ref={scroller}>
      <div class="lanes-rows" style={{ height: `${heightOf(rows) + rulerHeight}px` }}>
        <span class="lanes-corner" style={{ height: `${rulerHeight}px` }} />
        <LaneLabels view={view} rows={rows} />
        <canvas
          ref={canvas}
          id="marbles"
          tabIndex={0}
          role="application"
          aria-label="Marbles of the lanes. Left and right move from marble to marble, up and down change the lane."
          aria-describedby="selected-marble"
          onKeyDown={(event) => onLaneKey(view, event)}
        />
        {rows.length === 0 && <EmptyLanes source={view.session.source} program={program} heir={canvas} />}
      </div>
    </div>
  );
}
