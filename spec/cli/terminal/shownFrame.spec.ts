import { describe, expect, it } from '@jest/globals';

import { withoutKeys } from '../../../src/cli/terminal/shownFrame';

describe('withoutKeys', () => {
  it.each([
    ['AT+CWJAP="my, ssid","my-key"', 'AT+CWJAP="my, ssid",…'],
    [' at+cwjap_cur="a\\"b", "my-key"', ' at+cwjap_cur="a\\"b", …'],
    ['AT+CWJAP=my-ssid,my-key', 'AT+CWJAP=my-ssid,…'],
    ['AT+CWSAP="my-ssid","my-key",5,3', 'AT+CWSAP="my-ssid",…'],
    ['+CWSAP_CUR:"my-ssid","my-key",5,3,4,0', '+CWSAP_CUR:"my-ssid",…'],
    ['+CWSAP:"my"ssid","my-key",5,3', '+CWSAP:"my"ssid",…'],
    ['+CWJAP:"my-ssid","aa:bb:cc:dd:ee:ff",1,-50', '+CWJAP:"my-ssid","aa:bb:cc:dd:ee:ff",1,-50'],
    ['AT+CWSAP?', 'AT+CWSAP?'],
    ['AT+CWJAP?', 'AT+CWJAP?'],
    ['AT+CIPSTART=0,"TCP","host.example",80', 'AT+CIPSTART=0,"TCP","host.example",80'],
  ])('shows %j as %j', (line, shown) => {
    expect(withoutKeys(line)).toBe(shown);
  });
});
