import { get as httpGet, type IncomingMessage } from 'node:http';
import { get as httpsGet } from 'node:https';
import { firstValueFrom } from 'rxjs';

import type { ESP8285 } from '../../esp8285';
import { HttpAgent, HttpsAgent } from '../../node';
import { messageOf } from '../../usocket/contract/messageOf';
import { codeOf, exitCodes } from '../console/exitCodes';
import { printable } from '../console/table';
import { bitsPerByte } from '../transfer/meter';
import type { Tell } from './finding';

/** The most that is downloaded to measure the throughput: bytes, and milliseconds. */
const mostBytes = 262_144;
const longestDownload = 15_000;
/** The share of the line below which a throughput is doubtful. */
const slowShare = 0.4;
/** Milliseconds of a round trip from which on it is doubtful. */
const longRoundTrip = 1_000;

/** Looks a name up, and resolves to whether that was possible. */
export async function checkNames(nic: ESP8285, host: string, tell: Tell): Promise<boolean> {
  const check = 'names';
  try {
    const [address = ''] = await firstValueFrom(nic.resolve(host));
    tell({ check, verdict: 'good', message: `${host} is ${address}` });
    return true;
  } catch (error) {
    const code = codeOf(error);
    if (code !== 'EAI_NONAME' && code !== 'EAI_AGAIN') throw error;
    tell({
      check,
      verdict: 'bad',
      message: printable(messageOf(error)),
      advice: ['another --host, to see whether it is this name', 'check the name server that the network names (DHCP)'],
      exitCode: exitCodes.network,
    });
    return false;
  }
}

/** Measures a round trip. A host that does not answer may still be there. */
export async function checkRoundTrip(nic: ESP8285, host: string, tell: Tell): Promise<void> {
  const check = 'round trip';
  try {
    const time = await nic.ping(host);
    const isLong = time >= longRoundTrip;
    tell({
      check,
      verdict: isLong ? 'doubtful' : 'good',
      message: `${time} ms to ${host} and back`,
      ...(isLong && {
        advice: ['move the modem nearer to the access point', 'see whether others use the network much'],
      }),
    });
  } catch (error) {
    const code = codeOf(error);
    if (code !== 'ETIMEDOUT' && code !== 'EIO') throw error;
    tell({
      check,
      verdict: 'doubtful',
      message: `${host} does not answer echo requests`,
      advice: ['not every host does; try another one with --host'],
    });
  }
}

/**
 * Downloads from a URL, and compares the throughput with what the line can carry.
 *
 * @param baud The speed of the line, if it is known.
 */
export async function checkThroughput(
  nic: ESP8285,
  url: URL,
  baud: number | undefined,
  { tell, signal }: { readonly tell: Tell; readonly signal: AbortSignal },
): Promise<void> {
  const check = 'throughput';
  try {
    const { bytes, seconds, status } = await download(nic, url, signal);
    const rate = bytes / seconds;
    const share = baud === undefined ? undefined : (rate * bitsPerByte) / baud;
    const line = share === undefined ? '' : `, ${Math.round(share * 100)} % of the line`;
    const message = `${bytes} bytes in ${seconds.toFixed(1)} s (HTTP ${status}): ${Math.round(rate)} bytes/s${line}`;
    const isShort = bytes < 4096;
    const isSlow = !isShort && share !== undefined && share < slowShare;
    tell({
      check,
      verdict: isSlow || status >= 400 ? 'doubtful' : 'good',
      message: isShort ? `${message}; too little to measure` : message,
      ...(isSlow && {
        advice: ['the server or the network is slower than the line; try another URL, and a place nearer'],
      }),
    });
  } catch (error) {
    signal.throwIfAborted();
    const advice = ['check the URL in a browser', 'try another URL'];
    tell({ check, verdict: 'bad', message: `${url.host}: ${printable(messageOf(error))}`, advice });
  }
}

interface Download {
  readonly bytes: number;
  readonly seconds: number;
  readonly status: number;
}

async function download(nic: ESP8285, url: URL, signal: AbortSignal): Promise<Download> {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(longestDownload)]);
  const isSecure = url.protocol === 'https:';
  const agent = isSecure ? new HttpsAgent({ nic }) : new HttpAgent({ nic });
  const get = isSecure ? httpsGet : httpGet;
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    get(url, { agent, signal: limit, headers: { 'accept-encoding': 'identity' } }, resolve).on('error', reject);
  });
  const begun = performance.now();
  let bytes = 0;
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes >= mostBytes) break;
    }
  } catch (error) {
    // What came until the time was up is enough to measure.
    if (signal.aborted || !limit.aborted || bytes === 0) throw error;
  } finally {
    response.destroy();
    agent.destroy();
  }
  const seconds = Math.max(0.001, (performance.now() - begun) / 1000);
  return { bytes, seconds, status: response.statusCode ?? 0 };
}
