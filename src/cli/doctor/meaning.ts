/**
 * What comes on a line when `AT` is said: an answer of AT firmware; what was said itself; the text of the boot loader;
 * the text of another program; a line that stays low; bytes that make no sense; or nothing.
 */
export type Meaning = 'answer' | 'echo' | 'boot loader' | 'text' | 'low' | 'noise' | 'nothing';

/** The text of the boot loader of an ESP8266 (74880 baud) or of an ESP32 (115200 baud). */
const bootLoaderText =
  /ets [A-Z][a-z]{2} |rst cause:|boot mode:|chksum 0x|rst:0x|ESP-ROM:|invalid header:|waiting for download/;
/** The end of an answer, or what AT firmware says by itself. */
export const answerText = /(?:^|[\r\n])(?:OK|ERROR|ready|busy [ps]\.\.\.)\r?\n/;

/**
 * Tells what a text means.
 *
 * @param heard One character for each byte.
 * @param said What was said before.
 */
export function meaningOf(heard: string, said: string): Meaning {
  if (answerText.test(heard)) return 'answer';
  if (heard === '') return 'nothing';
  if (heard === said) return 'echo';
  if (bootLoaderText.test(heard)) return 'boot loader';
  if (/^\0+$/.test(heard)) return 'low';
  const readable = heard.replace(/[^\t\r\n\x20-\x7e]/g, '');
  return readable.length >= 0.9 * heard.length && /[A-Za-z>]{3}/.test(readable) ? 'text' : 'noise';
}

/** What the boot loader's text tells about the chip. */
export interface Boot {
  /** The chip waits for a program on the line, because its boot pin (GPIO0) is low. */
  readonly isDownloadMode: boolean;
  /** How often it has started. */
  readonly starts: number;
  /** Its flash has no program. */
  readonly isEmpty: boolean;
}

/** Reads the text of the boot loader. */
export function bootOf(text: string): Boot {
  return {
    isDownloadMode: /boot mode:\(1,|waiting for download|DOWNLOAD[_(]/.test(text),
    starts: text.match(/rst cause:|rst:0x/g)?.length ?? 0,
    isEmpty: /invalid header: 0xffffffff|csum err/.test(text),
  };
}
