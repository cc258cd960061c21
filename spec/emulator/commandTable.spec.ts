import { afterEach, describe, expect, it } from '@jest/globals';
import assert from 'node:assert/strict';

import { type FirmwareVersion, firmwareVersions } from '../../src/emulator';
import { Bench } from './support/host';

/**
 * The commands of Espressif's documents and in which forms they are there: test, query, set, execute. NonOS: "ESP8266 AT
 * Instruction Set" 3.0, the test forms by the source of AT 0.2x; ESP-AT: "AT Command Set" of release v2.2.0.0_esp8266,
 * the forms by what `AT+CMD?` of that release lists. `_` stands for the NonOS forms `_CUR` and `_DEF`.
 */
const nonos15: Readonly<Record<string, string>> = {
  '': 'x',
  E0: 'x',
  E1: 'x',
  '+RST': 'x',
  '+GMR': 'x',
  '+GSLP': 's',
  '+RESTORE': 'x',
  '+UART_': 'qs',
  '+SLEEP': 'qs',
  '+WAKEUPGPIO': 's',
  '+RFPOWER': 's',
  '+RFVDD': 'qsx',
  '+SYSRAM': 'q',
  '+SYSADC': 'q',
  '+SYSIOSETCFG': 's',
  '+SYSIOGETCFG': 's',
  '+SYSGPIODIR': 's',
  '+SYSGPIOWRITE': 's',
  '+SYSGPIOREAD': 's',
  '+CWMODE_': 'tqs',
  '+CWJAP_': 'qs',
  '+CWLAPOPT': 's',
  '+CWLAP': 'sx',
  '+CWQAP': 'tx',
  '+CWSAP_': 'qs',
  '+CWLIF': 'x',
  '+CWDHCP_': 'qs',
  '+CWDHCPS_': 'qs',
  '+CWAUTOCONN': 'qs',
  '+CIPSTAMAC_': 'qs',
  '+CIPAPMAC_': 'qs',
  '+CIPSTA_': 'qs',
  '+CIPAP_': 'qs',
  '+CWSTARTSMART': 'sx',
  '+CWSTOPSMART': 'x',
  '+CWSTARTDISCOVER': 's',
  '+CWSTOPDISCOVER': 'x',
  '+WPS': 's',
  '+MDNS': 's',
  '+CWHOSTNAME': 'qs',
  '+CIPSTATUS': 'tx',
  '+CIPDOMAIN': 's',
  '+CIPSTART': 'ts',
  '+CIPSSLSIZE': 'qs',
  '+CIPSEND': 'tsx',
  '+CIPSENDEX': 's',
  '+CIPSENDBUF': 's',
  '+CIPBUFRESET': 'sx',
  '+CIPBUFSTATUS': 'sx',
  '+CIPCHECKSEQ': 's',
  '+CIPCLOSE': 'tsx',
  '+CIFSR': 'tx',
  '+CIPMUX': 'qs',
  '+CIPSERVER': 's',
  '+CIPMODE': 'qs',
  '+SAVETRANSLINK': 's',
  '+CIPSTO': 'qs',
  '+PING': 's',
  '+CIUPDATE': 'x',
  '+CIPDINFO': 'qs',
  '+CIPSNTPCFG': 'qs',
  '+CIPSNTPTIME': 'q',
  '+CIPDNS_': 'qs',
};

const nonos174: Readonly<Record<string, string>> = {
  ...nonos15,
  '+CIPSSLCCONF': 'qs',
  '+CIPCLOSEMODE': 's',
  '+CIPRECVMODE': 'qs',
  '+CIPRECVDATA': 's',
  '+CIPRECVLEN': 'q',
  '+CIPSERVERMAXCONN': 'qs',
  '+CWCOUNTRY_': 'qs',
  '+SYSMSG_': 'qs',
};

const espAt: Readonly<Record<string, string>> = {
  '': 'x',
  E0: 'x',
  E1: 'x',
  '+RST': 'x',
  '+GMR': 'x',
  '+CMD': 'q',
  '+GSLP': 's',
  '+SYSTIMESTAMP': 'qs',
  '+SLEEP': 'qs',
  '+RESTORE': 'x',
  '+SYSRAM': 'q',
  '+SYSFLASH': 'qs',
  '+RFPOWER': 'qs',
  '+SYSMSG': 'qs',
  '+SYSROLLBACK': 'x',
  '+SYSLOG': 'qs',
  '+SYSSTORE': 'qs',
  '+SLEEPWKCFG': 's',
  '+SYSREG': 's',
  '+CWMODE': 'qs',
  '+CWSTATE': 'q',
  '+CWJAP': 'qsx',
  '+CWRECONNCFG': 'qs',
  '+CWLAP': 'sx',
  '+CWLAPOPT': 's',
  '+CWQAP': 'x',
  '+CWSAP': 'qs',
  '+CWLIF': 'x',
  '+CWQIF': 'sx',
  '+CWDHCP': 'qs',
  '+CWDHCPS': 'qs',
  '+CWSTAPROTO': 'qs',
  '+CWAPPROTO': 'qs',
  '+CWAUTOCONN': 'qs',
  '+CWHOSTNAME': 'qs',
  '+CWCOUNTRY': 'qs',
  '+CIFSR': 'x',
  '+CIPSTAMAC': 'qs',
  '+CIPAPMAC': 'qs',
  '+CIPSTA': 'qs',
  '+CIPAP': 'qs',
  '+CIPV6': 'qs',
  '+CIPDNS': 'qs',
  '+CIPDOMAIN': 's',
  '+CIPSTATUS': 'x',
  '+CIPSTATE': 'q',
  '+CIPSTART': 's',
  '+CIPSTARTEX': 's',
  '+CIPTCPOPT': 'qs',
  '+CIPCLOSE': 'sx',
  '+CIPSEND': 'sx',
  '+CIPSENDEX': 's',
  '+CIPDINFO': 'qs',
  '+CIPMUX': 'qs',
  '+CIPRECVMODE': 'qs',
  '+CIPRECVDATA': 's',
  '+CIPRECVLEN': 'q',
  '+CIPSERVER': 'qs',
  '+CIPSERVERMAXCONN': 'qs',
  '+CIPSSLCCONF': 'qs',
  '+CIPSSLCCN': 'qs',
  '+CIPSSLCSNI': 'qs',
  '+CIPSSLCALPN': 'qs',
  '+CIPSSLCPSK': 'qs',
  '+CIPMODE': 'qs',
  '+CIPSTO': 'qs',
  '+SAVETRANSLINK': 's',
  '+CIPSNTPCFG': 'qs',
  '+CIPSNTPTIME': 'q',
  '+CIPRECONNINTV': 'qs',
  '+MDNS': 's',
  '+WPS': 's',
  '+CWSTARTSMART': 'sx',
  '+CWSTOPSMART': 'x',
  '+PING': 's',
  '+CIUPDATE': 'sx',
  '+UART': 'qs',
  '+UART_CUR': 'qs',
  '+UART_DEF': 'qs',
};

const tables: Readonly<Record<FirmwareVersion, Readonly<Record<string, string>>>> = {
  '1.5': nonos15,
  '1.7.4': nonos174,
  '2.2.2': espAt,
};

/** Parameters that each takes, on all firmwares or by family. Links, and what ends the conversation, are elsewhere. */
const parameters: Readonly<Record<string, string | { readonly N: string; readonly E: string }>> = {
  '+UART_CUR': '115200,8,1,0,0',
  '+UART_DEF': '115200,8,1,0,0',
  '+UART': '115200,8,1,0,0',
  '+SLEEP': '1',
  '+SLEEPWKCFG': '2,12,1',
  '+WAKEUPGPIO': '1,5,1',
  '+RFPOWER': '50',
  '+RFVDD': '2800',
  '+SYSIOSETCFG': '12,3,1',
  '+SYSIOGETCFG': '12',
  '+SYSGPIODIR': '12,1',
  '+SYSGPIOWRITE': '12,1',
  '+SYSGPIOREAD': '12',
  '+SYSMSG': '2',
  '+SYSMSG_CUR': '2',
  '+SYSMSG_DEF': '2',
  '+SYSLOG': '0',
  '+SYSSTORE': '1',
  '+SYSREG': '0,0x3ff48000',
  '+SYSTIMESTAMP': '1565853509',
  '+CWMODE': '3,0',
  '+CWMODE_CUR': '3',
  '+CWMODE_DEF': '3',
  '+CWLAPOPT': '1,31',
  '+CWLAP': '"my-ssid"',
  '+CWSAP': '"a","12345678",5,3',
  '+CWSAP_CUR': '"a","12345678",5,3',
  '+CWSAP_DEF': '"a","12345678",5,3',
  '+CWQIF': '"02:00:00:00:00:09"',
  '+CWRECONNCFG': '1,0',
  '+CWDHCP': '1,1',
  '+CWDHCP_CUR': '1,1',
  '+CWDHCP_DEF': '1,1',
  '+CWDHCPS': '0',
  '+CWDHCPS_CUR': '0',
  '+CWDHCPS_DEF': '0',
  '+CWAUTOCONN': '1',
  '+CWSTAPROTO': '7',
  '+CWAPPROTO': '3',
  '+CWHOSTNAME': '"me"',
  '+CWCOUNTRY': '0,"CN",1,13',
  '+CWCOUNTRY_CUR': '0,"CN",1,13',
  '+CWCOUNTRY_DEF': '0,"CN",1,13',
  '+CWSTARTSMART': '3',
  '+CWSTARTDISCOVER': '"name",1,5',
  '+WPS': '1',
  '+MDNS': '1,"name","_iot",8080',
  '+CIPSTAMAC': '"1a:fe:35:98:d3:7b"',
  '+CIPSTAMAC_CUR': '"1a:fe:35:98:d3:7b"',
  '+CIPSTAMAC_DEF': '"1a:fe:35:98:d3:7b"',
  '+CIPAPMAC': '"1a:fe:35:98:d3:7c"',
  '+CIPAPMAC_CUR': '"1a:fe:35:98:d3:7c"',
  '+CIPAPMAC_DEF': '"1a:fe:35:98:d3:7c"',
  '+CIPSTA': '"192.168.1.7","192.168.1.1","255.255.255.0"',
  '+CIPSTA_CUR': '"192.168.1.7","192.168.1.1","255.255.255.0"',
  '+CIPSTA_DEF': '"192.168.1.7"',
  '+CIPAP': '"192.168.5.1","192.168.5.1","255.255.255.0"',
  '+CIPAP_CUR': '"192.168.5.1"',
  '+CIPAP_DEF': '"192.168.5.1"',
  '+CIPV6': '0',
  '+CIPDNS': '0',
  '+CIPDNS_CUR': '1,"192.168.1.1"',
  '+CIPDNS_DEF': '0',
  '+CIPDOMAIN': '"localhost"',
  '+PING': '"127.0.0.1"',
  '+CIPSSLSIZE': '4096',
  '+CIPSSLCCONF': { N: '2', E: '0,2,0,0' },
  '+CIPSSLCCN': '0,"name"',
  '+CIPSSLCSNI': '0,"name"',
  '+CIPSSLCALPN': '0,1,"h2"',
  '+CIPSSLCPSK': '0,"me","hint"',
  '+CIPTCPOPT': '0,-1,1,0',
  '+CIPCLOSEMODE': '0,1',
  '+CIPDINFO': '1',
  '+CIPRECVMODE': '1',
  '+CIPSERVERMAXCONN': '3',
  '+CIPSERVER': '0',
  '+CIPSTO': '10',
  '+CIPMODE': '0',
  '+CIPMUX': '1',
  '+SAVETRANSLINK': '1,"192.168.6.110",1002,"TCP"',
  '+CIPSNTPCFG': '1,8,"cn.ntp.org.cn"',
  '+CIPRECONNINTV': '10',
};

/** Told of elsewhere: links, joining, sleep, and what is never granted. */
const apart = /^\+(CWJAP|CIPSTART|CIPSEND|CIPCLOSE$|CIPRECVDATA|CIPBUF|CIPCHECKSEQ|GSLP|CIUPDATE|SYSFLASH)/;

const suffixOf = { t: '=?', q: '?', x: '' } as const;

/** Every name with its forms, the suffixes written out. */
function commandsOf(firmware: FirmwareVersion): readonly (readonly [string, string])[] {
  return Object.entries(tables[firmware]).flatMap(([name, forms]): (readonly [string, string])[] =>
    name.endsWith('_')
      ? [
          [`${name}CUR`, forms],
          [`${name}DEF`, forms],
        ]
      : [[name, forms]],
  );
}

const bench = new Bench();
afterEach(() => bench.clear());

describe.each(firmwareVersions)('the commands of AT %s', (firmware) => {
  // What ends the conversation, or waits for more, is told apart elsewhere.
  const isPlain = (name: string): boolean =>
    !['+RST', '+RESTORE', '+CIPSEND', '+CIUPDATE', '+SYSROLLBACK'].includes(name);
  const queries = commandsOf(firmware).filter(([, forms]) => forms.includes('q'));

  it('are all there, in every form but the one with parameters', async () => {
    const host = await bench.ready({ firmware, stored: { ssid: 'my-ssid', key: 'my-password' } });
    await host.asks('AT+CIPMUX=0');
    for (const [name, forms] of commandsOf(firmware).filter(([each]) => isPlain(each))) {
      for (const form of ['t', 'q', 'x'] as const) {
        if (!forms.includes(form)) continue;
        // There is no link to be closed.
        const expected = /^\+CIP(CLOSE|BUF)/.test(name) && form === 'x' ? 'ERROR' : 'OK';
        host.type(`AT${name}${suffixOf[form]}\r\n`);
        const answer = await host.readsUntil(/\r\n(OK|ERROR|FAIL)\r\n/);
        assert.ok(answer.endsWith(`\r\n${expected}\r\n`), `AT${name}${suffixOf[form]}: ${answer}`);
        // Of leaving the network, on NonOS after the answer.
        if (name === '+CWQAP' && form === 'x') host.unread = '';
        if (name === 'E1')
          await host.asks('ATE0', firmware === '2.2.2' ? 'ATE0\r\n\r\nOK\r\n' : 'ATE0\r\r\n\r\nOK\r\n');
      }
    }
  });

  it('are all there in the form with parameters', async () => {
    const family = firmware === '2.2.2' ? 'E' : 'N';
    const host = await bench.ready({ firmware });
    await host.asks(family === 'E' ? 'AT+CWMODE=3' : 'AT+CWMODE_CUR=3');
    for (const [name] of commandsOf(firmware).filter(([each, forms]) => forms.includes('s') && !apart.test(each))) {
      const given = parameters[name];
      assert.ok(given !== undefined, `AT${name} has no parameters here`);
      host.type(`AT${name}=${typeof given === 'string' ? given : given[family]}\r\n`);
      const answer = await host.readsUntil(/\r\n(OK|ERROR|FAIL)\r\n/);
      // It serves nobody, and is told so to be served no more: ESP-AT takes it ill.
      const expected = name === '+CIPSERVER' && family === 'E' ? 'ERROR' : 'OK';
      assert.ok(answer.endsWith(`\r\n${expected}\r\n`), `AT${name}: ${answer}`);
    }
  });

  it('answer a query with their own name', async () => {
    const host = await bench.ready({ firmware });
    for (const [name] of queries) {
      host.type(`AT${name}?\r\n`);
      const answer = await host.readsUntil(/\r\nOK\r\n/);
      // A query may have nothing to list.
      const own = ['+CIPSTATE'].includes(name) ? /^\r\nOK/ : new RegExp(`^\\${name}[:=]`);
      assert.match(answer, own, name);
    }
  });

  it('have no other form', async () => {
    const host = await bench.ready({ firmware });
    for (const [name, forms] of commandsOf(firmware).filter(([each]) => isPlain(each))) {
      for (const form of ['t', 'q', 'x'] as const) {
        if (forms.includes(form)) continue;
        await host.asks(`AT${name}${suffixOf[form]}`, '\r\nERROR\r\n').catch((cause: unknown) => {
          throw new Error(`AT${name}${suffixOf[form]}`, { cause });
        });
      }
      if (!forms.includes('s')) await host.asks(`AT${name}=0`, '\r\nERROR\r\n');
    }
  });

  it('are no others than these', async () => {
    const host = await bench.ready({ firmware });
    const others = firmwareVersions.flatMap((other) => commandsOf(other).map(([name]) => name));
    const own = new Set(commandsOf(firmware).map(([name]) => name));
    // NonOS has most of those with a suffix without one, too.
    const bare = new Set([...own].map((name) => name.replace(/_(CUR|DEF)$/, '')));
    for (const name of new Set(others)) {
      if (own.has(name) || bare.has(name)) continue;
      await host.asks(`AT${name}?`, '\r\nERROR\r\n');
      await host.asks(`AT${name}=1`, '\r\nERROR\r\n');
    }
    await host.asks('AT+MQTTCONN?', '\r\nERROR\r\n');
  });
});

/** How a setting reads at first, what it is set to, and how it reads then. */
const settings: readonly (readonly [string, string, string, string])[] = [
  ['+CIPSSLCCN', '0:""', '0,"host.example"', '0:"host.example"'],
  ['+CIPSSLCSNI', '0:""', '0,"host.example"', '0:"host.example"'],
  ['+CIPSSLCALPN', '0:', '0,2,"h2","http/1.1"', '0:"h2","http/1.1"'],
  ['+CIPSSLCPSK', '0:"",""', '0,"me","who?"', '0:"me","who?"'],
  ['+CIPSSLCCONF', '0:0,0,0', '0,3,1,2', '0:3,1,2'],
  ['+CIPTCPOPT', '0:-1,0,0', '0,5,1,300', '0:5,1,300'],
];

describe('the settings of each link of AT 2.2.2', () => {
  const shown = (name: string, first: string, rest: string): string => {
    const [, value = ''] = /^\d[:](.*)$/.exec(rest) ?? [];
    const lines = [0, 1, 2, 3, 4].map((id) => (id === 0 ? `${name}:0,${first.slice(2)}` : `${name}:${id},${value}`));
    return `${lines.join('\r\n')}\r\n\r\nOK\r\n`;
  };

  it.each(settings)('%s is shown for all, and kept', async (name, fresh, given, then) => {
    const host = await bench.ready({ firmware: '2.2.2' });
    await host.asks(`AT${name}?`, shown(name, fresh, fresh));
    await host.asks(`AT${name}=${given}`);
    await host.asks(`AT${name}?`, shown(name, then, fresh));
    await host.asks(`AT${name}=5${given.slice(1)}`);
    await host.asks(`AT${name}?`, shown(name, then, then));
    await host.asks(`AT${name}=6${given.slice(1)}`, '\r\nERROR\r\n');
    await host.asks('AT+CIPMUX=0');
    await host.asks(`AT${name}=${given.slice(2)}`);
  });

  it('leaves of the TCP options what is left out', async () => {
    const host = await bench.ready({ firmware: '2.2.2' });
    await host.asks('AT+CIPTCPOPT=0,,1');
    await host.asks('AT+CIPTCPOPT=0,2,,70');
    host.type('AT+CIPTCPOPT?\r\n');
    expect(await host.readsUntil(/OK\r\n/)).toMatch(/^\+CIPTCPOPT:0,2,1,70\r\n/);
    await host.asks('AT+CIPTCPOPT=0,-2', '\r\nERROR\r\n');
  });
});

describe('what is kept and shown', () => {
  it.each<readonly [FirmwareVersion, string, string, string, string]>([
    ['1.7.4', '+CIPSSLCCONF', ':0', '2', ':2'],
    ['1.7.4', '+SLEEP', ':2', '1', ':1'],
    [
      '1.7.4',
      '+CWDHCPS_CUR',
      '=120,192.168.4.2,192.168.4.101',
      '1,3,"192.168.4.10","192.168.4.15"',
      '=3,192.168.4.10,192.168.4.15',
    ],
    ['1.7.4', '+CIPAPMAC_CUR', ':"02:00:00:00:00:02"', '"18:fe:35:98:d3:7b"', ':"18:fe:35:98:d3:7b"'],
    ['1.5', '+CIPSTAMAC_DEF', ':"02:00:00:00:00:01"', '"1a:fe:35:98:d3:7b"', ':"1a:fe:35:98:d3:7b"'],
    ['2.2.2', '+SLEEP', ':0', '3', ':3'],
    ['2.2.2', '+RFPOWER', ':78', '82', ':82'],
    ['2.2.2', '+CIPRECONNINTV', ':1', '36000', ':36000'],
    ['2.2.2', '+CWRECONNCFG', ':1,0', '60,1000', ':60,1000'],
    ['2.2.2', '+CWCOUNTRY', ':0,"CN",1,13', '1,"DE",1,14', ':1,"DE",1,14'],
    ['2.2.2', '+CWSTAPROTO', ':7', '3', ':3'],
    ['2.2.2', '+CWAPPROTO', ':3', '1', ':1'],
    ['2.2.2', '+CIPV6', ':0', '1', ':1'],
    ['2.2.2', '+CIPSTAMAC', ':"02:00:00:00:00:01"', '"1A:fe:35:98:d3:7b"', ':"1a:fe:35:98:d3:7b"'],
  ])('AT %s: %s', async (firmware, name, fresh, given, then) => {
    const host = await bench.ready({ firmware });
    await host.asks(`AT${name}?`, `${name}${fresh}\r\n\r\nOK\r\n`);
    await host.asks(`AT${name}=${given}`);
    await host.asks(`AT${name}?`, `${name}${then}\r\n\r\nOK\r\n`);
    await host.asks(`AT${name}=`, firmware === '2.2.2' ? '\r\nERROR\r\n' : 'Miss param\r\n\r\nERROR\r\n');
  });

  it('outlives a restart where the flash has it, and a factory reset nowhere', async () => {
    const host = await bench.ready({ firmware: '2.2.2' });
    await host.asks('AT+CIPRECONNINTV=7');
    await host.asks('AT+CIPAP="192.168.9.1"');
    await host.asks('AT+SYSSTORE=0');
    await host.asks('AT+CWRECONNCFG=5,5');
    const restart = async (command: string): Promise<void> => {
      host.type(`${command}\r\n`);
      await host.readsUntil(/ready\r\n/);
      host.type('ATE0\r\n');
      await host.readsUntil(/ATE0\r\n\r\nOK\r\n/);
    };
    await restart('AT+RST');
    await host.asks('AT+CIPRECONNINTV?', '+CIPRECONNINTV:7\r\n\r\nOK\r\n');
    await host.asks('AT+CWRECONNCFG?', '+CWRECONNCFG:1,0\r\n\r\nOK\r\n');
    host.type('AT+CIPAP?\r\n');
    expect(await host.readsUntil(/OK\r\n/)).toContain('+CIPAP:ip:"192.168.9.1"');

    await restart('AT+RESTORE');
    await host.asks('AT+CIPRECONNINTV?', '+CIPRECONNINTV:1\r\n\r\nOK\r\n');
    await host.asks('AT+CWMODE?', '+CWMODE:0\r\n\r\nOK\r\n');
    expect(host.emulator.state).toMatchObject({ wifi: 'idle', mux: false });
  });
});
