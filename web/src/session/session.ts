import { BehaviorSubject, EMPTY, filter, map, mergeMap, type Observable, of, Subject, type Subscription } from 'rxjs';
import type { InterfaceState, WatchEvent } from 'rx-usocket/watch';

import { Selection } from '../inspector/selection';
import { Marbles } from '../marbles/marbles';
import { messageOf } from '../notices/messageOf';
import { RecordingKeeper } from '../recordings/recordingKeeper';
import type { Source } from '../sources/source';
import { Cursor } from './cursor';
import { paceOf } from './pace';
import { Timeline } from './timeline';
import { Viewport } from './viewport';

/** How a source is doing. */
export type SessionStage =
  | { readonly stage: 'live' }
  | { readonly stage: 'ended' }
  /** The words are for the user. */
  | { readonly stage: 'lost'; readonly why: string };

/** One source, and everything that the page knows of it. */
export class Session {
  /** Hot: the events of the source, in batches. It neither completes nor errors: see {@link stage$}. */
  readonly batches$: Observable<readonly WatchEvent[]>;
  /** Replays how the source is doing. */
  readonly stage$: Observable<SessionStage>;
  /** Hot: how the interface is doing. */
  readonly state$: Observable<InterfaceState>;
  /** Replays whether the source was asked for payloads. */
  readonly arePayloadsShown$: Observable<boolean>;
  /** The times of the events. */
  readonly timeline: Timeline;
  /** The times that the panels show. */
  readonly viewport: Viewport;
  /** The time under the pointer. */
  readonly cursor = new Cursor();
  /** The events, as the lanes show them. */
  readonly marbles: Marbles;
  /** The marble that the inspector shows. */
  readonly selection = new Selection();

  /** What there is to save. */
  readonly keeper: RecordingKeeper;

  private readonly batches = new Subject<readonly WatchEvent[]>();
  private readonly arePayloadsShown = new BehaviorSubject(false);
  private readonly stage = new BehaviorSubject<SessionStage>({ stage: 'live' });
  private reading: Subscription | undefined;

  constructor(readonly source: Source) {
    this.batches$ = this.batches.asObservable();
    this.stage$ = this.stage.asObservable();
    this.arePayloadsShown$ = this.arePayloadsShown.asObservable();
    this.state$ = this.batches.pipe(
      mergeMap((batch) => batch),
      filter((event) => event.type === 'state'),
      map(({ state }) => state),
    );
    // A recording is in a file already.
    const kept$ = source.replay ? EMPTY : this.batches$;
    this.keeper = new RecordingKeeper(kept$, source.name, () => !source.setPayloads || this.arePayloadsShown.value);
    // A recording is there at once, unless it is replayed. Everything else takes its time.
    const speed$ = source.time?.speed$ ?? of(source.kind === 'recording' ? 0 : 1);
    const isLive$ = this.stage$.pipe(map(({ stage }) => stage === 'live'));
    this.timeline = new Timeline(this.batches$, paceOf(speed$, isLive$, this.state$));
    this.viewport = new Viewport(this.timeline.end$);
    this.marbles = new Marbles((time) => this.timeline.since(time));
    this.batches$.subscribe((batch) => {
      this.marbles.take(batch);
      if (this.marbles.first > 0) this.viewport.startsAt(this.marbles.time(this.marbles.first));
    });
  }

  /** Begins to read the source, once all panels have subscribed. */
  start(): void {
    this.reading ??= this.source.batches$.subscribe({
      next: (batch) => this.batches.next(batch),
      error: (error: unknown) => this.stage.next({ stage: 'lost', why: messageOf(error) }),
      complete: () => this.stage.next({ stage: 'ended' }),
    });
  }

  /** Asks the source for payloads, or not any more, if it can be asked. */
  setPayloads(areShown: boolean): void {
    this.source.setPayloads?.(areShown);
    this.arePayloadsShown.next(areShown);
  }

  close(): void {
    this.reading?.unsubscribe();
    this.keeper.close();
    this.timeline.close();
    this.viewport.close();
    this.source.close();
  }
}
