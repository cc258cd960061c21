import { describe, expect, it } from '@jest/globals';

import { HostNic } from '../../src/host';
import { createSocketModule, DatagramSocket, Interfaces, OSError, Socket } from '../../src/usocket';
import { errnoOf, errorcode, type ErrorCode } from '../../src/usocket/contract/errno';

function moduleOverHost() {
  const interfaces = new Interfaces();
  interfaces.add(new HostNic());
  return createSocketModule(interfaces);
}

function codeThrownBy(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    if (error instanceof OSError) return error.code;
    throw error;
  }
  return 'nothing';
}

describe('constants', () => {
  it('have the numbers of CPython on Linux', () => {
    expect(moduleOverHost()).toMatchObject({
      AF_INET: 2,
      AF_INET6: 10,
      SOCK_STREAM: 1,
      SOCK_DGRAM: 2,
      IPPROTO_IP: 0,
      IPPROTO_TCP: 6,
      IPPROTO_UDP: 17,
      SOL_SOCKET: 1,
      SO_REUSEADDR: 2,
      SO_BROADCAST: 6,
      SO_RCVBUF: 8,
      SO_KEEPALIVE: 9,
      SO_RCVTIMEO: 20,
      SO_SNDTIMEO: 21,
      TCP_NODELAY: 1,
    });
  });
});

describe('socket()', () => {
  const usocket = moduleOverHost();
  const { AF_INET, AF_INET6, SOCK_STREAM, SOCK_DGRAM, IPPROTO_TCP, IPPROTO_UDP } = usocket;

  it.each([
    ['nothing', []],
    ['a family', [AF_INET]],
    ['a type', [AF_INET, SOCK_STREAM]],
    ['protocol 0, which goes with the type', [AF_INET, SOCK_STREAM, 0]],
    ['a protocol', [AF_INET, SOCK_STREAM, IPPROTO_TCP]],
  ])('makes a stream socket of %s', async (_what, given) => {
    await using socket = usocket.socket(...given);
    expect(socket).toBeInstanceOf(Socket);
    expect(socket.remote).toBeUndefined();
  });

  it.each([
    ['a type', [AF_INET, SOCK_DGRAM]],
    ['a protocol', [AF_INET, SOCK_DGRAM, IPPROTO_UDP]],
  ] as const)('makes a datagram socket of %s', async (_what, given) => {
    await using socket = usocket.socket(...given);
    expect(socket).toBeInstanceOf(DatagramSocket);
  });

  it('takes what getaddrinfo gives', async () => {
    const [[family, type, proto]] = await usocket.getaddrinfo('127.0.0.1', 80, 0, SOCK_STREAM);
    await using socket = usocket.socket(family, type, proto);
    expect(socket).toBeInstanceOf(Socket);
  });

  it.each([
    ['IPv6', 'EAFNOSUPPORT', [AF_INET6]],
    ['family 0', 'EAFNOSUPPORT', [0]],
    ['an unknown type', 'EPROTONOSUPPORT', [AF_INET, 3]],
    ['a protocol of another type', 'EPROTONOSUPPORT', [AF_INET, SOCK_STREAM, IPPROTO_UDP]],
    ['the other way round', 'EPROTONOSUPPORT', [AF_INET, SOCK_DGRAM, IPPROTO_TCP]],
  ])('refuses %s', (_what, code, given) => {
    expect(codeThrownBy(() => usocket.socket(...given))).toBe(code);
  });

  it('fails without an interface with ENODEV, and says how to make one', () => {
    const call = () => createSocketModule(new Interfaces()).socket();
    expect(codeThrownBy(call)).toBe('ENODEV');
    expect(call).toThrow(/network\.ESP8285/);
  });

  it('uses the first interface, or the one that it is given', async () => {
    const opened: string[] = [];
    const recording = (name: string): HostNic => {
      const nic = new HostNic();
      const open = nic.openStream.bind(nic);
      nic.openStream = (...given) => {
        opened.push(name);
        return open(...given);
      };
      return nic;
    };
    const [first, second] = [recording('first'), recording('second')];
    const interfaces = new Interfaces();
    interfaces.add(first);
    interfaces.add(second);
    const usocket = createSocketModule(interfaces);
    const connect = async (options = {}) => {
      await using made = usocket.socket(AF_INET, SOCK_STREAM, 0, options);
      await made.connect(['127.0.0.1', 1]).catch(() => undefined);
    };
    await connect();
    await connect({ nic: second });
    interfaces.remove(first);
    await connect();
    expect(opened).toEqual(['first', 'second', 'second']);
  });
});

describe('error', () => {
  const codes = Object.keys(errnoOf) as ErrorCode[];

  it('is OSError', () => {
    expect(moduleOverHost().error).toBe(OSError);
  });

  it.each(codes)('carries %s with its number, as an attribute and as args[0]', (code) => {
    const cause = new Error('why');
    const error = new OSError(code, 'recv', 'recv: told', { cause });
    expect(error).toBeInstanceOf(Error);
    const { name, errno, args, syscall, message } = error;
    expect({ name, code: error.code, errno, args, syscall, message, cause: error.cause }).toEqual({
      name: 'OSError',
      code,
      errno: errnoOf[code],
      args: [errnoOf[code]],
      syscall: 'recv',
      message: 'recv: told',
      cause,
    });
  });

  it('has negative numbers for getaddrinfo, positive ones otherwise, each once', () => {
    for (const code of codes) expect(Math.sign(errnoOf[code])).toBe(code.startsWith('EAI_') ? -1 : 1);
    expect(new Set(Object.values(errnoOf)).size).toBe(codes.length);
  });
});

describe('errorcode', () => {
  it('names each number, and no two names share one', () => {
    expect(errorcode[errnoOf.ETIMEDOUT]).toBe('ETIMEDOUT');
    expect(Object.keys(errorcode)).toHaveLength(Object.keys(errnoOf).length);
  });
});

describe('receiveBuffer', () => {
  const usocket = moduleOverHost();
  const { AF_INET, SOCK_STREAM, SOCK_DGRAM } = usocket;

  it.each([-1, NaN, 1.5, '4096' as unknown as number])(
    'of %p is EINVAL, for either kind of socket',
    (receiveBuffer) => {
      for (const type of [SOCK_STREAM, SOCK_DGRAM]) {
        expect(codeThrownBy(() => usocket.socket(AF_INET, type, 0, { receiveBuffer }))).toBe('EINVAL');
      }
    },
  );
});

describe('sendAhead', () => {
  const usocket = moduleOverHost();
  const { AF_INET, SOCK_STREAM } = usocket;

  it('that is no boolean is EINVAL', () => {
    const sendAhead = 1 as unknown as boolean;
    expect(codeThrownBy(() => usocket.socket(AF_INET, SOCK_STREAM, 0, { sendAhead }))).toBe('EINVAL');
  });
});
