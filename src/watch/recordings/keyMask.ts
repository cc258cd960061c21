import { blankKeys, blankKeysOnLine } from '../../esp8285/trace/hideKeys';
import { SmartConfigMask } from '../../esp8285/trace/smartConfigMask';
import type { BytesEvent } from '../events/watchEvent';

/** The most of an unfinished line that is kept. A command is shorter. */
const longestCommand = 512;

/**
 * Replaces what is left of keys in recorded bytes, in place and at once. The source of the events has removed them already,
 * so this is the second look: a file never contains a key, even if its writer or its reader is given one.
 */
export class KeyMask {
  /** The beginning of the current line of each side. */
  private readonly begun = { host: '', modem: '' };
  private readonly smartConfig = new SmartConfigMask();

  /** Returns the same bytes if no key is in them. */
  mask(from: BytesEvent['from'], told: Buffer): Buffer {
    const bytes = from === 'modem' ? this.smartConfig.mask(told) : told;
    const begun = this.begun[from];
    const text = begun + bytes.toString('latin1');
    const shown = blankKeysOnLine(text);
    this.begun[from] = shown.slice(Math.max(shown.lastIndexOf('\n') + 1, shown.length - longestCommand));
    return shown === text ? bytes : Buffer.from(shown.slice(begun.length), 'latin1');
  }
}

/** Few texts can contain a key, and looking at each string of them takes time. */
const mayHaveKey = /\+CW[JS]AP|"password:/i;

/** `JSON.stringify` without keys. */
export function jsonWithoutKeys(content: object): string {
  const json = JSON.stringify(content);
  return mayHaveKey.test(json) ? JSON.stringify(content, blankString) : json;
}

function blankString(_: string, value: unknown): unknown {
  return typeof value === 'string' ? blankKeys(value) : value;
}
