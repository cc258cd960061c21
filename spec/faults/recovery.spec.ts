import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';
import { concat, concatMap, EMPTY, ignoreElements } from 'rxjs';

import { type Fault, firmwareVersions } from '../../src/emulator';
import { newSocketWorks } from './support/operations';
import { World } from './support/world';

const minutes = (count: number) => count * 60_000;

describe.each(firmwareVersions)('status$ emits each step, AT %s', (firmware) => {
  const set = ['starting/down', 'up/down'];
  const joined = [...set, 'up/joining', 'up/up'];

  it.each<[string, Fault, readonly string[]]>([
    ['a reset', { kind: 'reset' }, joined],
    ['a message of the watchdog', { kind: 'watchdog' }, joined],
    ['Wi-Fi that is lost and found', { kind: 'wifi-lost', for: 5_000 }, ['up/down', 'up/joining', 'up/up']],
    ['addresses that are lost', { kind: 'dhcp-lost' }, ['up/down', 'up/joining', 'up/down', 'up/joining', 'up/down']],
    ['a modem that is busy for ever', { kind: 'busy' }, ['starting/down', 'down/down EIO']],
    ['a modem that is silent for ever', { kind: 'silence' }, ['starting/down', 'down/down EIO']],
    ['a cable that is pulled', { kind: 'unplug' }, ['down/down ENODEV']],
  ])('%s', (_, fault, expected) => {
    const world = online(firmware);
    world.run(world.modem.socket().connect$(['192.168.1.9', 21]), 1_000);
    world.statuses.length = 0;
    world.modem.emulator.fault(fault);
    // A busy modem needs a command to be busy with.
    world.run(world.modem.nic.resolve('host.example').pipe(ignoreElements()), minutes(5));
    world.pass(minutes(1));
    const told = world.statuses.map(({ modem, wifi, error }) => {
      const why = error && 'code' in error ? ` ${String(error.code)}` : '';
      return `${modem}/${wifi}${why}`;
    });
    assert.deepStrictEqual(told.slice(0, expected.length), expected);
  });
});

describe.each(firmwareVersions)('an interface that has been declared down, AT %s', (firmware) => {
  it('starts again and works when the modem is reset', () => {
    const world = online(firmware);
    const { emulator, nic } = world.modem;
    emulator.fault({ kind: 'silence' });
    assert.equal(world.run(nic.resolve('host.example'), minutes(1))?.how, 'EAI_AGAIN');
    world.run(nic.mac$(), minutes(2));
    emulator.fault({ kind: 'reset' });
    const again$ = concat(nic.start$().pipe(concatMap(() => EMPTY)), newSocketWorks(world, true));
    assert.equal(world.run(again$, minutes(1))?.how, 'ok');
  });
});

describe.each(firmwareVersions)('a cable that is pulled and put back, AT %s', (firmware) => {
  it('is a new line, on which a new interface works', () => {
    const before = online(firmware);
    before.modem.emulator.fault({ kind: 'unplug' });
    assert.equal(before.run(before.modem.nic.start$(), 1_000)?.how, 'ENODEV');
    assert.equal(before.run(before.modem.nic.close$(), 1_000)?.how, 'ok');
    assert.equal(before.timers, 0);

    const after = online(firmware);
    assert.equal(after.run(newSocketWorks(after, true), 5_000)?.how, 'ok');
  });
});

function online(firmware: (typeof firmwareVersions)[number]): World {
  const world = new World(firmware);
  assert.equal(world.run(world.modem.online$, 30_000)?.how, 'ok');
  return world;
}
