import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** What is looked at of a request. */
type Asked = Pick<IncomingMessage, 'url' | 'headers'>;

const base = 'ws://localhost';

/** Whom a server of this machine lets in: pages that know its token, and come from this machine or from a named origin. */
export class Admission {
  /** Random, in the URL that is printed. Another page of the browser cannot guess it. */
  readonly token = randomBytes(16).toString('base64url');

  /**
   * @param origins Further origins whose pages may connect, such as `'https://pages.example'`.
   * @param advice What to do about pages of another origin.
   */
  constructor(
    private readonly origins: readonly string[] = [],
    private readonly advice: (origin: string) => string = () => 'open the page that this program serves',
  ) {}

  /** Why a request is refused, or `undefined`. */
  refusal({ url = '', headers: { origin } }: Asked): string | undefined {
    // `GET //` is a request, too.
    const asked = URL.canParse(url, base) ? new URL(url, base) : undefined;
    const given = asked?.searchParams.get('token') ?? '';
    if (!isSame(given, this.token)) return 'the token is missing or wrong';
    // A program sends no origin.
    if (origin === undefined || isLocal(origin) || this.origins.includes(origin)) return undefined;
    return `pages of ${origin} are not allowed; ${this.advice(origin)}`;
  }
}

/**
 * Why a request is refused by the name that it calls this machine, or `undefined`. The name of another site may lead to this
 * machine (DNS rebinding), and the browser then takes what is served here for a part of that site.
 */
export function hostRefusal({ headers: { host = '' } }: Asked): string | undefined {
  if (/^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?$/i.test(host)) return undefined;
  return `this machine is 127.0.0.1 or localhost here, not ${JSON.stringify(host)}`;
}

function isSame(given: string, token: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(token)];
  return one.length === other.length && timingSafeEqual(one, other);
}

/** Whether a page comes from this machine. */
function isLocal(origin: string): boolean {
  return URL.canParse(origin) && ['localhost', '127.0.0.1', '[::1]'].includes(new URL(origin).hostname);
}
