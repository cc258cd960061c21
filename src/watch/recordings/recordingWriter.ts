import { asBuffer } from '../../streams';
import { formatBytes } from '../../testing/recording';
import type { BytesEvent, WatchEvent } from '../events/watchEvent';
import { jsonWithoutKeys, KeyMask } from './keyMask';

/**
 * Writes events as lines of a recording. Bytes are in the notation of `formatBytes` of `rx-usocket/testing`, so `replayUart`
 * reads the recording. All other events are remarks there:
 *
 *     0 > AT+CIPSTART=4,"TCP","192.168.1.9",80\r\n
 *     #+0 {"type":"said","direction":"to modem","kind":"command","link":4,"size":38,"text":"AT+CIPSTART=…"}
 *     12 < 4,CONNECT\r\n
 *     #+1 {"type":"call","id":7,"socket":1,"link":4,"name":"connect","stage":"returns","text":""}
 *
 * The number of such a line is in milliseconds since the bytes before it, as the number of the next bytes is. Times are
 * rounded to milliseconds. A key of a network in a command is replaced by as many `*`.
 */
export class RecordingWriter {
  private readonly keys = new KeyMask();

  /** @param time The time from which the first line counts: `begins` of the header. */
  constructor(private time: number) {}

  /** The time from which the next line counts. */
  get base(): number {
    return this.time;
  }

  /** Returns the line of an event with its newline; an empty string for no bytes. */
  write(event: WatchEvent): string {
    if (event.type === 'bytes') return this.bytes(event);
    const { time, ...rest } = event;
    const after = Math.round(time) - this.time;
    return `#${after < 0 ? '' : '+'}${after} ${jsonWithoutKeys(rest)}\n`;
  }

  private bytes({ time, from, bytes }: BytesEvent): string {
    if (bytes.length === 0) return '';
    const after = Math.max(0, Math.round(time) - this.time);
    this.time += after;
    return formatBytes({ after, from, bytes: this.keys.mask(from, asBuffer(bytes)) });
  }
}
