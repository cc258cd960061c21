import { describe, it } from '@jest/globals';
import assert from 'node:assert/strict';

import {
  isFragment,
  isFragmentBeginning,
  isGarbledWord,
  isGlued,
  isNamed,
  isNearDisconnect,
  isText,
} from '../../../src/esp8285/grammar/fragment';

describe('what is left of a line', () => {
  it.each([
    ['a message of a link', ['CLOSED', ',CLOSED', '0,CLOED', '4,CLOS', '0,CONECT', '4,CLOSFD']],
    ['a notice', ['IPD,0,75', '+IP,0,75']],
    ['a header', ['+IPD0,75:', 'PD,0,75:data', 'PD,0,75,192.0.2.9,5:data']],
    ['a word of the modem', ['SEND O', 'WIFI GO IP', 'read', 'ERRO', 'Rec 5 bytes']],
    ['a result of a segment', ['4,2,SND OK', '4,2,SEND FAI', ',2,SEND OK', '42,SEND OK']],
    ['a result of a send', ['SEND ok', 'SEND OK and more', 'SEND 0,CLOSED']],
    ['a name that the driver asks for', ['IPSTATUS:1,"TCP"', 'WJAP:"net"', 'RECVLEN:5', 'FSR:STAIP,"192.0.2.9"']],
    ['an echo', ['T+CIPSEND=0,5', '+CWJAP="net"']],
    ['the end of an address or a length', [':data', ',80:data', '75:data']],
    ['a plus and no name', ['+', '+1a']],
    ['a line that something is glued to', ['text+IPD,0', 'text 0,CLOSED', 'OK,CLOSED', 'textWIFI GOT IP']],
    ['no text', ['\ufffd\ufffd\ufffd\ufffd', 'bell \u0007 rings']],
    ['less than three bytes', ['', 'x', 'ab']],
    ['more than a line is', ['long '.repeat(60)]],
  ])('is a fragment: %s', (_, texts) => {
    for (const text of texts) assert.equal(isFragment(text), true, text);
  });

  it.each([
    'a sentence of another maker',
    '+MQTTCONNECTED:0,1,"broker"',
    '+ETH_GOT_IP:192.0.2.9',
    '12:30:05 the time of day',
    'SEND CANCELLED',
    'naïve, with a tab\there',
    '\u001b[0m', // nothing but a colour
    'long '.repeat(51),
  ])('is none, but news: %j', (text) => {
    assert.equal(isFragment(text), false);
  });
});

describe('the beginning of a line', () => {
  it.each(['+IPD,0,75', ':data', ',80:', 'WJAP:"net', '+CWJAP="net', '+X', 'PD,0,75:hello'])(
    'shows of %j that bytes were lost',
    (text) => {
      assert.equal(isFragmentBeginning(text), true);
    },
  );

  it.each(['', 'a text', '+MQTTCONNECTED', '12:30:05', 'a very long name in front of a colon, as of JSON: 5'])(
    'shows nothing of the kind of %j',
    (text) => {
      assert.equal(isFragmentBeginning(text), false);
    },
  );
});

describe('a line that something is glued to', () => {
  it.each(['no ip+IPD,0,5', 'STATUS:30,CLOSED', 'busy p...WIFI GOT IP', 'half\ra line', '+CWJAP:1\rOK'])(
    'is %j',
    (text) => {
      assert.equal(isGlued(text), true);
    },
  );

  it.each(['no ip', 'WIFI GOT IP', '+CWJAP:"0,CLOSED"', '0.CLOSED'])(
    'is not %j, which may have any name in it',
    (text) => {
      assert.equal(isGlued(text), false);
    },
  );
});

describe('a word of the modem with bytes lost or changed inside', () => {
  it.each([
    '4,12,SED OK',
    '4,12SEND FAIL',
    'SED OK',
    'EROR',
    'FAxL',
    'WIFI GOX IP',
    'Recv 512 bXtes',
    'busy ...',
    'redy',
  ])('is %j', (text) => {
    assert.equal(isGarbledWord(text), true);
  });

  it.each(['4,CLOED', '0,CONECT', '2,CLOXED'])('is the message about a link %j', (text) => {
    assert.equal(isGarbledWord(text), true);
  });

  it.each(['ERRO', 'ND OK', 'SENDED OKAY', 'OX', 'text', '', '4,CLOS', '4CLOSED', '4,LOSED', '9,CLOSD'])(
    'is not %j',
    (text) => {
      assert.equal(isGarbledWord(text), false);
    },
  );
});

describe('what the line has left of a message', () => {
  it.each(['WIF DISCONNECT', 'WIFIDISCONNECT', 'WIFI DISCONECT', 'WIFI DISCON', 'WIFI DYSCONNECT', 'IFI DISCONNECT'])(
    'is that of the loss of the network: %j',
    (text) => {
      assert.equal(isNearDisconnect(text), true);
    },
  );

  it.each([
    'WIFI DISCONNECT4,CLOSED',
    'OKWIFI DISCONNECT',
    '+CWJAP:"a","b",6,-61WIFI DISCONNECT',
    'WIFII DISCONNECT',
    'WIFI DISC1ONNECT',
  ])('is more than that: %j', (text) => {
    assert.equal(isNearDisconnect(text), true);
  });

  it.each([
    '+CWLAP:(3,"WIFI DISCONNECT",-61,"02:00:00:00:00:01",6)',
    '+CWJAP_CUR:"a \\"WIFI DISCONNECT\\"","02:00:00:00:00:01",6,-61',
    'AT+CWJAP_CUR="WIFI DISCONNECT","my-password"',
  ])('is no loss of the network, but its name: %j', (text) => {
    assert.equal(isNearDisconnect(text), false);
  });

  it.each(['WIFI CONNECTED', 'WIFI CONNECT', 'WIFI GOT IP', 'DISCONNECT', 'wifi disconnect', ''])(
    'is not that of the loss of the network: %j',
    (text) => {
      assert.equal(isNearDisconnect(text), false);
    },
  );
});

describe('a line that says by name what it is about', () => {
  it.each(['+MQTTCONNECTED:0', '+ETH_GOT_IP:192.0.2.9', '+HTTPCLIENT', '+BLE_X=1', '+ABC d'])('is %j', (text) => {
    assert.equal(isNamed(text), true);
  });

  it.each(['+IPD,0,5', '+IP,0', '+AB', '+ab:1', '+ABC;1', 'MQTT:0', ' +ABC:1'])('is not %j', (text) => {
    assert.equal(isNamed(text), false);
  });
});

describe('text', () => {
  it.each(['', 'plain', 'a\ttab', 'naïve 名'])('is %j', (text) => {
    assert.equal(isText(text), true);
  });

  it.each(['a\nb', 'nul\0', '\u001b[0m', 'not UTF-8: \ufffd'])('is not %j', (text) => {
    assert.equal(isText(text), false);
  });
});
