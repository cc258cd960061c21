import type { Endpoint } from '../../usocket/contract/nic';

/** The longest header, with a reserve: `+IPD,4,<10 digits>,"255.255.255.255",65535:`. */
export const longestHeader = 80;

/** What a block header announces. */
export interface BlockHeader {
  /** Bytes of the header itself. */
  readonly size: number;
  readonly link: number;
  /** Bytes of the payload that follows. */
  readonly length: number;
  /** Whether it is the answer to `AT+CIPRECVDATA`. */
  readonly pulled: boolean;
  /** Whether it names its link, as it must with `AT+CIPMUX=1`. */
  readonly numbered: boolean;
  readonly remote?: Endpoint;
}

// Number of the link (not with AT+CIPMUX=0), length, address and port (with AT+CIPDINFO=1; AT 2 quotes the address, which
// may be one of IPv6 there).
const pushed = /^\+IPD,(?:([0-4]),)?(\d{1,10})(?:,"?([\da-fA-F.:]+)"?,(\d{1,5}))?:/;

// AT 1.7 prints `+CIPRECVDATA,<length>:` (against its manual), AT 2 `+CIPRECVDATA:<length>,`.
const pulled = /^\+CIPRECVDATA[,:](\d{1,10})[,:]/;

/**
 * Reads a header at the start of a line.
 *
 * @param reading The link whose data were requested, because the answer does not name it.
 * @returns `undefined` if there is no header, or only a part of one.
 */
export function blockHeader(text: string, reading: number | undefined): BlockHeader | undefined {
  const push = pushed.exec(text);
  if (push) {
    const [{ length: size }, link, length, address, port] = push;
    const numbered = link !== undefined;
    const header = { size, link: Number(link ?? 0), length: Number(length), pulled: false, numbered };
    return address === undefined ? header : { ...header, remote: { address, port: Number(port) } };
  }
  const pull = reading === undefined ? null : pulled.exec(text);
  if (!pull || reading === undefined) return undefined;
  return { size: pull[0].length, link: reading, length: Number(pull[1]), pulled: true, numbered: true };
}
