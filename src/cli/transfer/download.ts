import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { pipeline } from 'node:stream/promises';

import { CommandFailure, exitCodes } from '../console/exitCodes';
import type { Report } from '../console/report';
import { countReceived, meter } from './meter';
import type { PartialFile } from './partialFile';
import { type WebAnswer, shownUrl, type WebClient } from './webClient';

/** What a download needs. */
export interface DownloadOptions {
  readonly client: WebClient;
  readonly url: URL;
  readonly baud: number | undefined;
  readonly signal: AbortSignal;
  /** Whether the end of the connection is the end of a file whose length the server does not say. */
  readonly trustEnd: boolean;
  readonly report: Report;
}

/** What came of a download. */
export interface Downloaded {
  /** How large the file is. */
  readonly size: number;
  /** How many bytes of it were there before. */
  readonly resumedAt: number;
  /** Bytes per second. */
  readonly rate: number;
}

/** Where the body of an answer belongs. */
interface Part {
  readonly from: number;
  /** The size of the whole file; `undefined` if the server does not say it. */
  readonly total: number | undefined;
}

/** What a download to a file needs. */
export interface FileDownloadOptions extends DownloadOptions {
  readonly file: PartialFile;
}

/**
 * Downloads to a stream, which is left open. Rejects when the server refuses, and when not all of the answer has certainly
 * come.
 */
export async function downloadTo(output: NodeJS.WritableStream, options: DownloadOptions): Promise<void> {
  const { client, url, baud, signal, trustEnd, report } = options;
  const { response, since } = await client.get(url, { accept: '*/*', 'user-agent': 'rx-usocket' });
  if (response.statusCode !== 200) throw await refusal(response, shownUrl(url));
  const total = lengthOf(response.headers);
  const display = report.progress();
  const measured = meter(display, { baud }, { since });
  try {
    await pipeline(response, countReceived(measured), output, { signal, end: false });
  } catch (cause) {
    throw cutOff(measured.count(), total, '', cause);
  } finally {
    display.stop();
  }
  if (isDelimited(response) || trustEnd) return;
  throw new CommandFailure(doubtful('the content'), exitCodes.failed);
}

/**
 * Downloads a file, and continues a partial one. The file gets its name only when all of its bytes are certain to be those
 * of one version of the content. What does not fit together is downloaded anew.
 *
 * Rejects when the server refuses, and when the answer ends too early. What has come is kept then.
 */
export async function download(options: FileDownloadOptions): Promise<Downloaded> {
  const { client, url, file, report } = options;
  const shown = shownUrl(url);
  const beginning = await file.beginning(shown);
  if (beginning) {
    const { size, validator } = beginning;
    const { response, since } = await client.get(url, { ...plain, range: `bytes=${size}-`, 'if-range': validator });
    const part = partOf(response, { size, validator });
    if (part) {
      if (part.from > 0) report.note(`continues at ${part.from.toLocaleString('en')} bytes`);
      return await save({ response, since }, part, options);
    }
    response.destroy();
    report.note(`what is there does not fit (${response.statusCode ?? 0}), so it is downloaded anew`);
  }
  const { response, since } = await client.get(url, plain);
  const { statusCode = 0, headers } = response;
  if (statusCode !== 200) throw await refusal(response, shown);
  return await save({ response, since }, { from: 0, total: lengthOf(headers) }, options);
}

/** The file is wanted as it is, because a range of something compressed is not a range of the file. */
const plain = { accept: '*/*', 'accept-encoding': 'identity', 'user-agent': 'rx-usocket' };

/** Where the answer to a request for the rest belongs; `undefined` if it is no use. */
function partOf(
  { statusCode, headers }: IncomingMessage,
  { size, validator }: { readonly size: number; readonly validator: string },
): Part | undefined {
  // The content has changed, or the server has no ranges.
  if (statusCode === 200) return { from: 0, total: lengthOf(headers) };
  if (statusCode !== 206) return undefined;
  const [, from, to, total] = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(headers['content-range'] ?? '') ?? [];
  const isRest = Number(from) === size && Number(to) + 1 === Number(total);
  const now = validator.startsWith('"') ? headers.etag : headers['last-modified'];
  const isSame = now === undefined || now === validator;
  const length = lengthOf(headers);
  const isWhole = length === undefined || length === Number(total) - size;
  return isRest && isSame && isWhole ? { from: size, total: Number(total) } : undefined;
}

async function save({ response, since }: WebAnswer, part: Part, options: FileDownloadOptions): Promise<Downloaded> {
  const { url, file, baud, signal, trustEnd, report } = options;
  const { from, total } = part;
  const validator = validatorOf(response.headers);
  const isKept = from > 0 || validator !== undefined;
  const target = from > 0 ? await file.continue() : await file.begin(shownUrl(url), validator);
  const next = isKept ? `; the same command continues ${file.path}` : '; it cannot be continued';
  const display = report.progress(total);
  const measured = meter(display, { baud }, { done: from, since });
  try {
    await pipeline(response, countReceived(measured), target.createWriteStream({ flush: true }), { signal });
  } catch (cause) {
    throw cutOff(from + measured.count(), total, next, cause);
  } finally {
    display.stop();
  }
  const size = from + measured.count();
  if (total !== undefined && size !== total) throw cutOff(size, total, next);
  const isWhole = total !== undefined || isDelimited(response) || trustEnd;
  if (!isWhole) throw new CommandFailure(doubtful(file.path), exitCodes.failed);
  await file.complete();
  return { size, resumedAt: from, rate: measured.rate() };
}

function cutOff(size: number, total: number | undefined, next: string, cause?: unknown): CommandFailure {
  const why = cause instanceof Error ? ` (${cause.message})` : '';
  const of = total === undefined ? '' : ` of ${total.toLocaleString('en')}`;
  const message = `the download has ended after ${size.toLocaleString('en')}${of} bytes${why}${next}`;
  return new CommandFailure(message, exitCodes.failed, { cause });
}

function doubtful(what: string): string {
  return `the server does not say how long the file is, so ${what} may be incomplete; --trust-end takes it`;
}

/** What the server says instead of the file, with the beginning of its page. */
export async function refusal(response: IncomingMessage, url: string): Promise<CommandFailure> {
  const { statusCode = 0, statusMessage = '' } = response;
  const page = await beginningOf(response);
  const more = page === '' ? '' : `\n${page}`;
  return new CommandFailure(`${url}: ${statusCode} ${statusMessage}${more}`, exitCodes.failed);
}

async function beginningOf(response: IncomingMessage): Promise<string> {
  let page = '';
  try {
    for await (const chunk of response) {
      page += String(chunk);
      if (page.length > 1000) break;
    }
  } catch {
    // The status is there.
  }
  // Control characters would act on the terminal.
  return page
    .replace(/[^\P{C}\n\t]/gu, '')
    .trim()
    .slice(0, 1000);
}

/** Whether the message itself says where it ends. The end of a connection may also be a failure of it. */
function isDelimited({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || lengthOf(headers) !== undefined;
}

function lengthOf(headers: IncomingHttpHeaders): number | undefined {
  const length = headers['content-length'];
  return length === undefined ? undefined : Number(length);
}

/**
 * A strong validator, which changes with each byte of the content (RFC 9110, section 13.1.5). A time is one only if the answer
 * is younger: within the same second, the content may have changed again (section 8.8.2.2).
 */
function validatorOf({ etag, date, 'last-modified': lastModified }: IncomingHttpHeaders): string | undefined {
  if (etag !== undefined) return etag.startsWith('W/') ? undefined : etag;
  const age = Date.parse(date ?? '') - Date.parse(lastModified ?? '');
  return age >= 1000 ? lastModified : undefined;
}
