import { describe, expect, it } from '@jest/globals';

import { askedBy } from '../../src/app/address';

describe('the fragment of the address of the page', () => {
  it('attaches to the program that serves the page', () => {
    expect(askedBy('http://127.0.0.1:8080/#program=abc')).toEqual({
      kind: 'program',
      url: 'ws://127.0.0.1:8080/program?token=abc',
    });
    expect(askedBy('https://host.example/page/#program=abc')).toEqual({
      kind: 'program',
      url: 'wss://host.example/program?token=abc',
    });
  });

  it('opens a line', () => {
    const url = 'ws://127.0.0.1:9/?token=a=b';
    expect(askedBy(`http://127.0.0.1:8080/#line=${url}`)).toEqual({ kind: 'line', url });
    expect(askedBy(`http://127.0.0.1:8080/#line=${encodeURIComponent(url)}`)).toEqual({ kind: 'line', url });
  });

  it('opens the recording of the server', () => {
    expect(askedBy('http://127.0.0.1:8080/#recording=abc')).toEqual({
      kind: 'recording',
      url: 'http://127.0.0.1:8080/recording?token=abc',
    });
  });

  it('asks for nothing in an address of another kind', () => {
    expect(askedBy('http://127.0.0.1:8080/')).toBeUndefined();
    expect(askedBy('http://127.0.0.1:8080/#programs')).toBeUndefined();
  });
});
