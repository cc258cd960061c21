import { describe, expect, it } from '@jest/globals';

import { lookup, type NicLookupOptions } from '../../src/node';
import { HostNic } from '../../src/host';
import { OSError, type ErrorCode } from '../../src/usocket';
import { asapScheduler, observeOn, of, throwError } from 'rxjs';

/** An interface that knows a name with addresses of both families, and one of IPv4 only. */
class TwoFamilies extends HostNic {
  override resolve(host: string) {
    if (host === 'both.test') return of(['192.168.1.9', 'fe80::9', '192.168.1.10']);
    if (host === 'four.test') return of(['192.168.1.9']);
    const code = (host.split('.')[0] ?? '') as ErrorCode;
    return throwError(() => new OSError(code, 'getaddrinfo', `${host} is not known`));
  }
}

const nic = new TwoFamilies();

/** The arguments with which `lookup` calls back. */
function answer(hostname: string, options: NicLookupOptions): Promise<unknown[]> {
  return new Promise((resolve) => {
    lookup(hostname, { nic, ...options }, (...answered) => resolve(answered));
  });
}

describe('lookup(), in the form of dns.lookup,', () => {
  it('gives the first address, or the first of a family', async () => {
    expect(await answer('both.test', {})).toEqual([null, '192.168.1.9', 4]);
    expect(await answer('both.test', { family: 4 })).toEqual([null, '192.168.1.9', 4]);
    expect(await answer('both.test', { family: 6 })).toEqual([null, 'fe80::9', 6]);
    expect(await answer('both.test', { family: 'IPv6', hints: 32 })).toEqual([null, 'fe80::9', 6]);
  });

  it('gives a list where all addresses are wanted', async () => {
    const four = (address: string) => ({ address, family: 4 });
    expect(await answer('both.test', { all: true, family: 4 })).toEqual([
      null,
      [four('192.168.1.9'), four('192.168.1.10')],
    ]);
    expect((await answer('both.test', { all: true }))[1]).toHaveLength(3);
  });

  it('asks the interface once for all who look the same name up at the same time', async () => {
    const asked: string[] = [];
    class Slow extends TwoFamilies {
      override resolve(host: string) {
        asked.push(host);
        return super.resolve(host).pipe(observeOn(asapScheduler));
      }
    }
    const slow = { nic: new Slow() };
    const [four, six] = [answer('both.test', { family: 4, ...slow }), answer('both.test', { family: 6, ...slow })];
    expect(await Promise.all([four, six])).toEqual([
      [null, '192.168.1.9', 4],
      [null, 'fe80::9', 6],
    ]);
    expect(asked).toEqual(['both.test']);
  });

  it('gives an address as it is, and never calls back before it has returned', async () => {
    const order: string[] = [];
    const answered = answer('192.168.1.1', {}).then((arguments_) => {
      order.push('answer');
      return arguments_;
    });
    order.push('returned');
    expect(await answered).toEqual([null, '192.168.1.1', 4]);
    expect(order).toEqual(['returned', 'answer']);
  });

  it.each([
    ['EAI_NONAME', 'ENOTFOUND', -3008],
    ['EAI_AGAIN', 'EAI_AGAIN', -3001],
    ['EAI_FAIL', 'EAI_FAIL', -3004],
    ['ECONNRESET', 'EAI_AGAIN', -3001],
    ['ETIMEDOUT', 'EAI_AGAIN', -3001],
    ['ENETUNREACH', 'ENETUNREACH', expect.any(Number)],
  ])('fails as dns.lookup does: %s is %s', async (given, code, errno) => {
    const hostname = `${given}.test`;
    const [error] = await answer(hostname, {});
    expect(error).toMatchObject({ code, errno, syscall: 'getaddrinfo', hostname, cause: { code: given } });
    const { message, stack, cause } = error as Error;
    expect(message).toBe(`getaddrinfo ${code} ${hostname}`);
    expect(`${stack}${(cause as Error).stack}`).not.toMatch(/[\\/]rxjs[\\/]/);
  });

  it('finds no address of a family that the name does not have', async () => {
    const [error] = await answer('four.test', { family: 6 });
    expect(error).toMatchObject({ code: 'ENOTFOUND' });
  });

  it('takes an address as it is, of whatever family', async () => {
    expect(await answer('192.168.1.1', { family: 6 })).toEqual([null, '192.168.1.1', 4]);
    expect(await answer('::1', { family: 4 })).toEqual([null, '::1', 6]);
  });

  it('wants a callback', () => {
    expect(() => lookup('both.test', undefined as never)).toThrow(TypeError);
  });
});
