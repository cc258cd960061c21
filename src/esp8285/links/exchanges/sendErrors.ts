import type { Command } from '../../commands/command';
import type { Refusal } from '../../executor/answer';
import { Unanswered } from '../../executor/unanswered';

/** The modem has taken the bytes, and could not deliver them. */
export class SendFailed extends Error {
  override readonly name = 'SendFailed';
}

/**
 * The link had ended before the send had its turn. The command was not sent, because the number may belong to another
 * link by then.
 */
export class LinkGone extends Error {
  override readonly name = 'LinkGone';
}

/** The link has ended before all segments of it were acknowledged. */
export class SegmentsLost extends Error {
  override readonly name = 'SegmentsLost';

  constructor(bytes: number) {
    super(`${bytes} bytes that the modem had taken were not acknowledged`);
  }
}

/** The modem has refused the send, and has taken no byte. */
export class SendRefused extends Error {
  override readonly name = 'SendRefused';

  /** @param isThere Whether the modem has the link; `undefined` if it does not say. */
  constructor(
    readonly refusal: Refusal,
    readonly isThere: boolean | undefined,
  ) {
    super(`${refusal.message}; nothing was sent`);
  }
}

/** The modem has taken the bytes for the signal that cancels a send, and has sent none of them. */
export class SendCanceled extends Error {
  override readonly name = 'SendCanceled';

  constructor({ shown }: Command) {
    super(`the modem has cancelled ${shown}; nothing was sent`);
  }
}

/** The modem has taken the bytes and has finished, but the line has lost the result. */
export class ResultLost extends Error {
  override readonly name = 'ResultLost';

  /**
   * @param isThere Whether the modem has the link, where it says so.
   * @param lines The lines that could not be understood. The result may be one of them.
   */
  constructor(
    readonly isThere: boolean | undefined,
    lines: readonly string[],
  ) {
    const said = lines.length > 0 ? `; it has said ${lines.join(' / ')}` : '';
    super(`the modem has taken the bytes, and its result was lost on the line: they may have gone${said}`);
  }
}

/** The line has lost bytes of the send on their way to the modem, and the next bytes may have taken their place. */
export class BytesReplaced extends Unanswered {
  constructor({ shown }: Command) {
    super(shown, 0, `the line lost bytes on their way to the modem, and others may have taken their place in ${shown}`);
  }
}
