import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';
import { map, timestamp } from 'rxjs';

import { firmwareVersions } from '../../../src/emulator';
import type { Rule } from '../../../src/testing';
import { espAt222, type Firmware, nonos02, nonos15, nonos174 } from '../../../harness/modems/firmware';
import { code, unstarted } from '../../../harness/modems/stage';
import { started } from '../../../harness/modems/started';
import { marbles } from '../../../harness/time/marbles';

const firmwares: readonly (readonly [string, Firmware, string])[] = [
  ['AT 1.5', nonos15, '1.5.0.0'],
  ['AT 1.7.4', nonos174, '1.7.4.0'],
  ['ESP-AT 2.2.2', espAt222, '2.2.2.0'],
];

/** What this firmware answers to a command. */
function answerOf({ rules }: Firmware, said: string): string {
  const rule = rules.find(([pattern]) => (typeof pattern === 'string' ? pattern === said : pattern.test(said)));
  return rule?.slice(1).join('') ?? assert.fail(said);
}

const damages: readonly (readonly [string, (answer: string) => string])[] = [
  ['the whole answer', () => ''],
  ['the K of its OK', (answer) => answer.replace('OK\r\n', 'O\r\n')],
  ['the O of its OK', (answer) => answer.replace('OK\r\n', 'K\r\n')],
  ['the line feed behind its OK', (answer) => answer.replace('OK\r\n', 'OK\r')],
  ['the line end behind its OK', (answer) => answer.replace('OK\r\n', 'OK')],
  ['the line end in front of its OK', (answer) => answer.replace('\r\nOK', 'OK')],
  ['its first three bytes', (answer) => answer.slice(3)],
  ['all but its first two bytes', (answer) => answer.slice(0, 2)],
  ['a bit of its OK', (answer) => answer.replace('OK', 'oK')],
];

describe.each(firmwares)('a set-up on a bad line, %s', (_, firmware, version) => {
  /** The commands of a set-up on a good line. */
  function steps(): readonly string[] {
    let heard: readonly string[] = [];
    marbles((__, scheduler) => {
      const { nic, modem } = unstarted(scheduler, { firmware });
      nic.start$().subscribe();
      heard = [...modem.heard];
    })();
    return heard;
  }

  function isUpInTime(script: readonly Rule[]): void {
    marbles(({ flush }, scheduler) => {
      const { nic, modem } = unstarted(scheduler, { firmware, script });
      const told: { value: string; timestamp: number }[] = [];
      nic
        .start$()
        .pipe(
          map(() => 'up'),
          timestamp(scheduler),
        )
        .subscribe((up) => told.push(up));
      nic.version$().subscribe((said) => {
        assert.strictEqual(said, version);
      });
      flush();
      assert.strictEqual(told.length, 1, modem.heard.join(' '));
      assert.ok((told[0]?.timestamp ?? Infinity) <= 10_000, `${told[0]?.timestamp} ms`);
      assert.ok(nic.isconnected());
    })();
  }

  it.each(damages)('is up within 10 s when the line loses %s of any step', (__, damage) => {
    for (const step of steps()) {
      const answer = answerOf(firmware, step);
      isUpInTime([
        [step, damage(answer)],
        [step, answer],
      ]);
    }
  });

  it('is up within 10 s when the line damages a command, so that it is refused, or takes its line end', () => {
    for (const step of steps()) {
      isUpInTime([
        [step, 2, '\r\nERROR\r\n'],
        [step, answerOf(firmware, step)],
      ]);
    }
  });

  it('is up within 10 s when a slow modem answers twice', () => {
    for (const step of steps()) {
      isUpInTime([
        [step, 2_600, answerOf(firmware, step)],
        [step, 10, answerOf(firmware, step)],
      ]);
    }
  });

  it.each(['AT+CIPMODE=0', 'AT+CIPSERVER=0', 'AT+CIPCLOSE=5', 'AT+CIPDINFO=0'])(
    'goes without %s, which is a precaution: refused, or never answered',
    (precaution) => {
      isUpInTime([[precaution, '\r\nERROR\r\n']]);
      isUpInTime([[precaution]]);
    },
  );

  it('is up when the line damages a command that it needs, each time but the last', () => {
    for (const step of steps().filter((said) => /^AT\+(CIPMUX|CWMODE.*)=1$/.test(said))) {
      const refused: Rule = [step, 2, '\r\nERROR\r\n'];
      isUpInTime([...Array.from({ length: 6 }, () => refused), [step, answerOf(firmware, step)]]);
    }
  });

  it(
    'closes the links once more when one is open after all, because the answers may have been data',
    marbles(({ expectObservable, flush }, scheduler) => {
      const refused: Rule = ['AT+CIPMUX=1', 'link is builded\r\n\r\nERROR\r\n'];
      const { nic, modem } = unstarted(scheduler, {
        firmware,
        script: [refused, refused, ['AT+CIPMUX=1', '\r\nOK\r\n']],
      });
      expectObservable(nic.start$().pipe(map(() => 'up'))).toBe('(u|)', { u: 'up' });
      flush();
      const told = modem.heard.filter((line) => /^AT\+(CIPCLOSE=5|CIPMUX)/.test(line)).slice(1);
      const close = ['AT+CIPCLOSE=5', 'AT+CIPMUX=1'];
      assert.deepStrictEqual(told, [...close, 'AT+CIPMUX=1', 'AT+CIPMUX?', ...close]);
    }),
  );

  it(
    "needs several links: EIO with the modem's answer",
    marbles(({ expectObservable }, scheduler) => {
      const script: Rule[] = [['AT+CIPMUX=1', 'link is builded\r\n\r\nERROR\r\n']];
      const { nic } = unstarted(scheduler, { firmware, script });
      expectObservable(nic.start$().pipe(code())).toBe('#', {}, 'EIO');
    }),
  );
});

describe.each(firmwareVersions)('a line that damages one byte in 50 of the host, AT %s', (firmware) => {
  it('is set up', () => {
    for (let seed = 1; seed <= 30; seed++) {
      const { up, failure } = started({
        emulated: { firmware, seed },
        before: (emulator) => emulator.fault({ kind: 'marginal', above: 0, every: 50, from: 'host' }),
      });
      assert.ok((up() ?? Infinity) < 11_000, `seed ${seed}: up after ${up()} ms, ${String(failure())}`);
    }
  });
});

/** First lines of `AT+GMR` that tell no version, or not all of it. */
const unreadable = [
  '\r\nOK\r\n',
  'T version:2.2.0.0(b097cdf - ESP8266 - Jun 17 2021 12:57:45)\r\nSDK version:v3.4\r\n\r\nOK\r\n',
  'AT version:2\r\n\r\nOK\r\n',
  'AT version:17.4.0(May 11 2020 19:13:04)\r\nOK\r\n',
  'AT version:1.7.4\r\nOK\r\n',
  'AT vrsion:1.7.4.0(May 11 2020 19:13:04)\r\nOK\r\n',
  'SDK version:2.1.0(ace2d95)\r\n\r\nOK\r\n',
  'Firmware of somebody else, 4.0.0.0\r\n\r\nOK\r\n',
  '0018000902-AI03\r\n\r\nOK\r\n',
  '\r\nERROR\r\n',
];

describe.each<readonly [string, Firmware, mode: string, passive: boolean]>([
  ['AT 0.2x', nonos02, 'AT+CWMODE=1', false],
  ['AT 1.5', nonos15, 'AT+CWMODE_CUR=1', false],
  ['AT 1.7.4', nonos174, 'AT+CWMODE_CUR=1', true],
  ['ESP-AT 2.2.2', espAt222, 'AT+CWMODE=1', true],
])('a version that cannot be read, %s', (_, firmware, mode, passive) => {
  it.each(unreadable)('%j: is found out by asking', (said) => {
    marbles(({ expectObservable, flush }, scheduler) => {
      const { nic, modem } = unstarted(scheduler, { firmware, script: [['AT+GMR', said]] });
      expectObservable(nic.start$().pipe(map(() => 'up'))).toBe('(u|)', { u: 'up' });
      flush();
      assert.ok(modem.heard.includes(mode), modem.heard.join(' '));
      assert.strictEqual(modem.heard.includes('AT+CIPRECVMODE=1'), passive);
      assert.strictEqual(modem.heard.includes('AT+SYSSTORE=0'), firmware === espAt222);
    })();
  });

  it(
    'is asked for twice',
    marbles(({ expectObservable, flush }, scheduler) => {
      const script: Rule[] = [
        ['AT+GMR', 'T version:\r\n\r\nOK\r\n'],
        ['AT+GMR', answerOf(firmware, 'AT+GMR')],
      ];
      const { nic, modem } = unstarted(scheduler, { firmware, script });
      expectObservable(nic.start$().pipe(map(() => 'up'))).toBe('(u|)', { u: 'up' });
      flush();
      assert.ok(!modem.heard.includes('AT+CWMODE_CUR?'));
    }),
  );

  it(
    'is asked for again when everything else is refused, because the line damages what is said',
    marbles(({ expectObservable }, scheduler) => {
      const damaged: Rule = ['AT+GMR', '\r\nERROR\r\n'];
      const script: Rule[] = [
        ...Array.from({ length: 8 }, () => damaged),
        ['AT+GMR', answerOf(firmware, 'AT+GMR')],
        [/^AT\+(?:CWMODE(?:_CUR)?|SYSSTORE|SYSRAM)\?/, '\r\nERROR\r\n'],
      ];
      const { nic } = unstarted(scheduler, { firmware, script });
      expectObservable(nic.start$().pipe(map(() => 'up'))).toBe('(u|)', { u: 'up' });
    }),
  );

  it.each(['AT version:3.7.4.0(x)', 'AT version:1.2.2.0(x)', 'AT version:0.21.0.0'])(
    'is wrong, %j, which shows when commands are refused',
    (told) => {
      marbles(({ expectObservable, flush }, scheduler) => {
        const { nic, modem } = unstarted(scheduler, { firmware, script: [['AT+GMR', `${told}\r\n\r\nOK\r\n`]] });
        expectObservable(nic.start$().pipe(map(() => 'up'))).toBe('(u|)', { u: 'up' });
        flush();
        const modes = modem.heard.filter((line) => /^AT\+CWMODE.*=1$/.test(line));
        assert.ok(firmware !== nonos02 || modes.at(-1) === mode, modes.join(' '));
      })();
    },
  );
});

describe('a firmware that cannot be used', () => {
  it.each([
    ['AT version:0.18.0.0\r\n\r\nOK\r\n', 'AT+CIPMUX=1', '0.18.0.0'],
    ['AT version:0.9.2.4\r\n\r\nOK\r\n', 'AT+CWMODE=1', '0.9.2.4'],
    ['\r\nOK\r\n', 'AT+CIPMUX=1', 'cannot be read'],
    ['\r\nOK\r\n', 'AT+CWMODE', 'cannot be read'],
  ])('%j without %s: EOPNOTSUPP, with its version, before anything is asked of it', (said, lacking, named) => {
    marbles((_, scheduler) => {
      const lacks: Rule = [new RegExp(`^${lacking.replace('+', '\\+')}`), '\r\nERROR\r\n'];
      const { nic } = unstarted(scheduler, {
        firmware: nonos02,
        script: [['AT+GMR', said], ['AT+CIPMUX?', '+CIPMUX:0\r\n\r\nOK\r\n'], lacks],
      });
      let failure: unknown;
      nic.start$().subscribe({ error: (error: unknown) => (failure = error) });
      assert.ok(failure instanceof Error && 'code' in failure && failure.code === 'EOPNOTSUPP', String(failure));
      assert.match(failure.message, /too old/);
      assert.ok(failure.message.includes(named), failure.message);
    })();
  });
});

describe('AT 0.x', () => {
  it('says "no change" without an OK when nothing changes', () => {
    marbles(({ flush }, scheduler) => {
      const script: Rule[] = ['AT+CIPMODE=0', 'AT+CIPSERVER=0', 'AT+CWMODE=1'].map((step): Rule => [
        step,
        'no change\r\n',
      ]);
      const { nic, modem } = unstarted(scheduler, { firmware: nonos02, script });
      let up: number | undefined;
      nic
        .start$()
        .pipe(timestamp(scheduler))
        .subscribe((told) => (up = told.timestamp));
      flush();
      assert.ok(up !== undefined && up <= 10_000, String(up));
      assert.strictEqual(modem.heard.filter((line) => line === 'AT+CWMODE=1').length, 1);
    })();
  });
});

describe('a firmware that refuses AT+CIPSTATUS', () => {
  it.each<readonly [string, readonly Rule[], boolean]>([
    ['nothing else either', [], false],
    ['+CWSTATE:2', [['AT+CWSTATE?', '+CWSTATE:2,"net"\r\n\r\nOK\r\n']], true],
    ['+CWSTATE:0', [['AT+CWSTATE?', '+CWSTATE:0,""\r\n\r\nOK\r\n']], false],
    ['+CWSTATE:1, no address yet', [['AT+CWSTATE?', '+CWSTATE:1,"net"\r\n\r\nOK\r\n']], false],
    [
      '+CIFSR:STAIP',
      [['AT+CIFSR', '+CIFSR:STAIP,"192.0.2.5"\r\n+CIFSR:STAMAC,"02:00:00:00:00:01"\r\n\r\nOK\r\n']],
      true,
    ],
    [
      '+CIFSR:STAIP of none',
      [['AT+CIFSR', '+CIFSR:STAIP,"0.0.0.0"\r\n+CIFSR:STAMAC,"02:00:00:00:00:01"\r\n\r\nOK\r\n']],
      false,
    ],
    ['a bare address', [['AT+CIFSR', '192.0.2.5\r\n\r\nOK\r\n']], true],
  ])('is set up, and tells of its network in another way: %s', (_, script, isConnected) => {
    marbles(({ expectObservable, flush }, scheduler) => {
      const { nic } = unstarted(scheduler, {
        firmware: espAt222,
        script: [['AT+CIPSTATUS', '\r\nERROR\r\n'], ...script],
      });
      expectObservable(nic.start$().pipe(map(() => 'up'))).toBe('(u|)', { u: 'up' });
      flush();
      assert.strictEqual(nic.isconnected(), isConnected);
    })();
  });
});
