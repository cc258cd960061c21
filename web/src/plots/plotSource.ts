import { animationFrameScheduler, auditTime, map, merge, type Observable, share, Subscription } from 'rxjs';

import type { Cursor } from '../session/cursor';
import type { Session } from '../session/session';
import type { VisibleRange } from '../session/viewport';
import type { Slice } from './series/history';
import { SessionHistory } from './series/sessionHistory';

/** What the plots of a session show. */
export class PlotSource {
  /** Hot: when the plots have to be drawn again, at most once a frame. */
  readonly frames$: Observable<void>;
  private readonly values = new SessionHistory();
  private readonly reading = new Subscription();
  private now = 0;
  /** All plots show the same slice. */
  private cut: { readonly slice: Slice; readonly range: VisibleRange; readonly now: number } | undefined;

  constructor(private readonly session: Session) {
    const { batches$, timeline, viewport } = session;
    this.frames$ = merge(viewport.range$, batches$).pipe(
      auditTime(0, animationFrameScheduler),
      map(() => undefined),
      share(),
    );
    this.reading.add(timeline.end$.subscribe((end) => (this.now = end)));
    this.reading.add(
      batches$.subscribe((batch) => {
        for (const event of batch) this.values.take(event, timeline.since(event.time));
        this.cut = undefined;
      }),
    );
  }

  get range(): VisibleRange {
    return this.session.viewport.range;
  }

  get cursor(): Cursor {
    return this.session.cursor;
  }

  /** The values over the times that are shown. */
  slice(): Slice {
    const { range, now } = this;
    if (this.cut?.range !== range || this.cut.now !== now) {
      this.cut = { slice: this.values.history.slice(range.from, range.to, now), range, now };
    }
    return this.cut.slice;
  }

  close(): void {
    this.reading.unsubscribe();
  }
}
