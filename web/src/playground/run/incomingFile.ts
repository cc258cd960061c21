import { filter, map, type OperatorFunction, scan } from 'rxjs';

import type { IncomingBytes } from './incoming';

/** A file that comes in as the answer of a web server. */
export interface IncomingFile {
  readonly connection: number;
  readonly type: string;
  /** As the server says it, if it does. */
  readonly size?: number;
  /** What has come of it. */
  readonly bytes: Uint8Array;
}

interface Reply {
  readonly connection: number;
  /** All that has come; the space behind it is for what comes. */
  readonly space: Uint8Array;
  readonly length: number;
  readonly head?: { readonly type: string; readonly size?: number; readonly length: number };
}

const longestHead = 8192;
/** Bytes. More of a file is not shown. */
const largest = 8 * 1024 * 1024;
/** Connections whose files are followed. */
const mostReplies = 5;

/** Follows the answers of web servers, and emits each piece of a file that comes in. */
export function incomingFiles(): OperatorFunction<IncomingBytes, IncomingFile> {
  return (incoming$) =>
    incoming$.pipe(
      scan(
        ({ replies }, { connection, bytes }) => {
          const reply = grown(replies.find((each) => each.connection === connection) ?? empty(connection), bytes);
          const others = replies.filter((each) => each.connection !== connection).slice(0, mostReplies - 1);
          return { replies: [reply, ...others], latest: reply };
        },
        { replies: [] as readonly Reply[], latest: undefined as Reply | undefined },
      ),
      map(({ latest }) => latest && fileOf(latest)),
      filter((file) => file !== undefined),
    );
}

function empty(connection: number): Reply {
  return { connection, space: new Uint8Array(65_536), length: 0 };
}

/** The space doubles, so that a byte is copied twice on average. */
function grown(reply: Reply, bytes: Uint8Array): Reply {
  const length = reply.length + bytes.length;
  if (length > largest) return reply;
  let { space } = reply;
  if (length > space.length) {
    space = new Uint8Array(Math.max(length, 2 * space.length));
    space.set(reply.space.subarray(0, reply.length));
  }
  space.set(bytes, reply.length);
  const head = reply.head ?? headOf(space.subarray(0, Math.min(length, longestHead)));
  return { ...reply, space, length, ...(head && { head }) };
}

function headOf(bytes: Uint8Array): Reply['head'] {
  const text = Buffer.from(bytes).toString('latin1');
  const end = text.indexOf('\r\n\r\n');
  if (end < 0 || !/^HTTP\/1\.[01] 200 /.test(text)) return undefined;
  const field = (name: string): string | undefined =>
    new RegExp(`\\r\\n${name}: *([^\\r]*)`, 'i').exec(text.slice(0, end))?.[1];
  const size = Number(field('content-length') ?? NaN);
  return {
    type: field('content-type') ?? '',
    length: end + 4,
    ...(Number.isSafeInteger(size) && { size }),
  };
}

function fileOf({ connection, space, length, head }: Reply): IncomingFile | undefined {
  if (!head || length <= head.length) return undefined;
  const { type, size } = head;
  return { connection, type, bytes: space.subarray(head.length, length), ...(size !== undefined && { size }) };
}
