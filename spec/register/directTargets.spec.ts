import { describe, expect, it } from '@jest/globals';

import { DirectTargets } from '../../src/register/directTargets';
import { settingsOf } from '../../src/register/settings';

describe('DirectTargets', () => {
  it.each([
    'localhost',
    'LOCALHOST',
    'a.localhost',
    '127.0.0.1',
    '127.9.8.7',
    '::1',
    '[::1]',
    '::ffff:127.0.0.1',
    '0.0.0.0',
    '::',
    '',
  ])('has this machine by the name of %p', (host) => {
    expect(new DirectTargets().has(host, 80)).toBe(true);
  });

  it.each(['host.example', 'localhost.example', '10.0.0.1', '::ffff:10.0.0.1', '2001:db8::1', '128.0.0.1'])(
    'has no %p, unless it is listed',
    (host) => {
      expect(new DirectTargets().has(host, 80)).toBe(false);
      expect(new DirectTargets(` ${host},other`).has(host, 80)).toBe(true);
    },
  );

  it('knows ports, suffixes and networks', () => {
    const direct = new DirectTargets('host.example:80, *.suffix.example,10.0.0.0/8,fd00::/8');
    expect([direct.has('host.example', 80), direct.has('host.example', 81)]).toEqual([true, false]);
    expect([direct.has('a.b.suffix.example'), direct.has('suffix.example')]).toEqual([true, false]);
    expect([direct.has('10.255.0.1'), direct.has('11.0.0.1'), direct.has('fd12::1')]).toEqual([true, false, true]);
  });

  it('knows addresses of IPv6 with a port', () => {
    const direct = new DirectTargets('[2001:db8::1]:80,[2001:db8::2]');
    expect([direct.has('2001:db8::1', 80), direct.has('2001:db8::1', 81)]).toEqual([true, false]);
    expect([direct.has('[2001:db8::1]', 80), direct.has('2001:db8::2', 9)]).toEqual([true, true]);
  });

  it.each(['host/8', '10.0.0.0/99', '10.0.0.0/x'])('names what is no network: %s', (entry) => {
    expect(() => new DirectTargets(entry)).toThrow(`RX_USOCKET_DIRECT: ${entry} is no network`);
  });

  it('lets servers listen on this machine only, or where it is listed', () => {
    const places = ['localhost', '127.0.0.1', '::1', '0.0.0.0', '::', '', '192.168.1.9'];
    const among = (direct: DirectTargets) => places.filter((place) => direct.mayListen(place));
    expect(among(new DirectTargets())).toEqual(['localhost', '127.0.0.1', '::1']);
    expect(among(new DirectTargets('0.0.0.0'))).toEqual(['localhost', '127.0.0.1', '::1', '0.0.0.0']);
  });
});

describe('settingsOf', () => {
  it('reads the environment, and counts empty values as missing', () => {
    expect(settingsOf({ RX_USOCKET_PORT: '', RX_USOCKET_SSID: 'net' })).toEqual({ baud: 115_200, ssid: 'net' });
    expect(settingsOf({ RX_USOCKET_PORT: 'COM3', RX_USOCKET_BAUD: '9600' })).toMatchObject({
      port: 'COM3',
      baud: 9_600,
    });
    expect(settingsOf({ RX_USOCKET_BAUD: 'auto', RX_USOCKET_DIRECT: 'a,b' })).toMatchObject({
      baud: 'auto',
      direct: 'a,b',
    });
  });
});
