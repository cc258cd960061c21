import { blanked } from './hideKeys';

/** What a modem prints first when SmartConfig has got a network from a telephone. */
const announcement = 'Smart get wifi info';
/**
 * The lines after it: the name of the network, and its key.
 *
 * @see ESP-AT, "Wi-Fi AT Examples", the examples of SmartConfig; AT 1.x prints the same (esp-at issue 263).
 */
const announced = new RegExp(`(${announcement}[\\r\\n]+ssid:[^\\r\\n]{0,64}[\\r\\n]+password:)([^\\r\\n]+)`, 'g');
/** The most characters from the announcement to the end of the key. */
const longest = 256;

/**
 * Hides the key that a modem prints when SmartConfig is done. The bytes come in pieces of any size, and none has to wait: the
 * lines before the key say that it comes.
 */
export class SmartConfigMask {
  /** The end of what the modem has said, without the key: from the announcement on, or what may be the beginning of it. */
  private said = '';

  /** Takes the next bytes of the modem. Returns them with each byte of the key replaced by `*`; the same bytes if there is none. */
  mask(bytes: Buffer): Buffer {
    const { said } = this;
    const text = said + bytes.toString('latin1');
    const isAnnounced = text.includes(announcement);
    const shown = isAnnounced
      ? text.replace(announced, (_, before: string, key: string) => before + blanked(key))
      : text;
    const place = isAnnounced ? shown.lastIndexOf(announcement) : -1;
    const isOpen = place >= 0 && shown.length - place < longest;
    this.said = shown.slice(isOpen ? place : 1 - announcement.length);
    return shown === text ? bytes : Buffer.from(shown.slice(said.length), 'latin1');
  }
}
