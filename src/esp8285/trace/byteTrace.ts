import { Observable, type SchedulerLike, Subject } from 'rxjs';

import { blanked, hideKeys, type TimedBytes } from './hideKeys';
import { SmartConfigMask } from './smartConfigMask';

/** Bytes that went over the line in one piece. */
export interface LineBytes {
  /** Milliseconds, by the interface's scheduler: since 1970 with the default one. */
  readonly time: number;
  /** Who has sent them. */
  readonly from: 'host' | 'modem';
  /** A copy, in which each key is replaced by as many `*`. */
  readonly bytes: Uint8Array;
}

/** The most bytes that are held back. After that, everything that the modem says is blanked until a key cannot show. */
const mostHeld = 262_144;

/**
 * Shows subscribers the bytes of the line. While a key may show, they are held back, because only the whole conversation
 * tells where the key is. Without a subscriber, it does nothing.
 */
export class ByteTrace {
  /** Hot. Pieces that were held back come late, with the time at which they went over the line. */
  readonly bytes$: Observable<LineBytes>;

  private readonly shown = new Subject<LineBytes>();
  // No inspection of an object shows what such a field contains.
  #held: TimedBytes[] = [];
  private heldBytes = 0;
  private smartConfig = new SmartConfigMask();
  /** Whether a key may show that is not known here, because nobody watched when it was said. */
  private isBlind = false;

  /** @param mayShowKey Whether the key of a command may still show in what the modem says. */
  constructor(
    private readonly mayShowKey: () => boolean,
    private readonly scheduler: SchedulerLike,
  ) {
    this.bytes$ = new Observable((subscriber) => {
      if (!this.shown.observed) this.isBlind = this.mayShowKey();
      this.shown.subscribe(subscriber);
      return () => {
        if (!this.shown.observed) this.forget();
      };
    });
  }

  /** Bytes go over the line. */
  carried(from: LineBytes['from'], bytes: Uint8Array): void {
    if (!this.shown.observed) return;
    const copy = Buffer.from(bytes);
    this.show({ at: this.scheduler.now(), from, bytes: from === 'modem' ? this.smartConfig.mask(copy) : copy });
  }

  /** No key can show any more. */
  release(): void {
    this.isBlind = false;
    if (this.#held.length > 0) this.tell(hideKeys(this.forget()));
  }

  end(): void {
    this.release();
    this.shown.complete();
  }

  private show(piece: TimedBytes): void {
    if (this.isBlind) {
      this.tell([blank(piece)]);
    } else if (this.mayShowKey()) {
      this.#held.push(piece);
      this.heldBytes += piece.bytes.length;
      if (this.heldBytes > mostHeld) this.giveUp();
    } else {
      this.tell([piece]);
    }
  }

  private giveUp(): void {
    this.isBlind = true;
    this.tell(hideKeys(this.forget()).map((piece) => (piece.from === 'modem' ? blank(piece) : piece)));
  }

  private forget(): readonly TimedBytes[] {
    const held = this.#held;
    this.#held = [];
    this.heldBytes = 0;
    return held;
  }

  private tell(pieces: readonly TimedBytes[]): void {
    for (const { at: time, from, bytes } of pieces) this.shown.next({ time, from, bytes });
  }
}

function blank(piece: TimedBytes): TimedBytes {
  return { ...piece, bytes: Buffer.from(blanked(piece.bytes.toString('latin1')), 'latin1') };
}
