import type { IncomingMessage } from 'node:http';

import { Admission } from '../../loopback/admission';
import { type Reply, textReply } from './pageServer';

/** A recording that a server of the page has besides the page. */
export interface ServedRecording {
  /** Who has it may read the recording. */
  readonly token: string;
  /** What is answered at the path of the recording; `undefined` for other paths. */
  readonly reply: (path: string, request: IncomingMessage) => Reply | undefined;
}

/** Serves a file as `/recording`. */
export function serveRecording({ name, text }: { readonly name: string; readonly text: Buffer }): ServedRecording {
  const admission = new Admission();
  return {
    token: admission.token,
    reply: (path, request) => {
      if (path !== '/recording') return undefined;
      const refusal = admission.refusal(request);
      if (refusal !== undefined) return textReply(403, `Refused: ${refusal}.`);
      const content = { type: 'text/plain; charset=utf-8', caching: 'no-store', body: text, name };
      return { status: 200, content };
    },
  };
}
