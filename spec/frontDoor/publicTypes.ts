/* eslint-disable @typescript-eslint/no-unnecessary-type-parameters, @typescript-eslint/no-unused-vars, @typescript-eslint/no-unused-expressions
   -- Types are compared here; the values are never used. */
import { filter, type Observable } from 'rxjs';

import {
  type Address,
  type AddressInfo,
  createModules,
  type Datagram,
  type DatagramSocket,
  type ErrorCode,
  machine,
  network,
  OSError,
  type Readiness,
  type Socket,
  type SocketState,
  type Station,
  type UART,
  type Uart,
  uerrno,
  uselect,
  usocket,
} from '../../src';

/** Holds when the two types are the same; `npm run types` looks. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const holds = <T extends true>(_claim?: T): void => undefined;

/** Never run: what counts is that it is accepted, and that what is marked is not. */
export const programs = {
  async results(socket: Socket) {
    holds<Same<Awaited<ReturnType<typeof socket.connect>>, void>>();
    holds<Same<Awaited<ReturnType<typeof socket.send>>, number>>();
    holds<Same<Awaited<ReturnType<typeof socket.sendall>>, void>>();
    holds<Same<Awaited<ReturnType<typeof socket.write>>, number | null>>();
    holds<Same<Awaited<ReturnType<typeof socket.recv>>, Buffer>>();
    holds<Same<Awaited<ReturnType<typeof socket.read>>, Buffer | null>>();
    holds<Same<Awaited<ReturnType<typeof socket.readinto>>, number | null>>();
    holds<Same<Awaited<ReturnType<typeof socket.readline>>, Buffer | null>>();
    holds<Same<typeof socket.data$, Observable<Buffer>>>();
    holds<Same<typeof socket.lines$, Observable<Buffer>>>();
    holds<Same<typeof socket.state$, Observable<SocketState>>>();
    holds<Same<typeof socket.readiness$, Observable<Readiness>>>();
    for await (const chunk of socket) holds<Same<typeof chunk, Buffer>>();
    // @ts-expect-error A non-blocking read may find nothing.
    (await socket.read()).length;
  },

  async datagrams() {
    const socket = usocket.socket(usocket.AF_INET, usocket.SOCK_DGRAM);
    holds<Same<typeof socket, DatagramSocket>>();
    holds<Same<Awaited<ReturnType<typeof socket.recvfrom>>, readonly [Buffer, Address]>>();
    holds<Same<typeof socket.datagrams$, Observable<Datagram>>>();
    const stream = usocket.socket(usocket.AF_INET, usocket.SOCK_STREAM);
    holds<Same<typeof stream, Socket>>();
    await socket.sendto('hello', ['192.168.1.9', 5000]);
    // @ts-expect-error A datagram has a receiver.
    await socket.sendto('hello');
  },

  async addresses(socket: Socket) {
    const [[family, type, proto, canonname, address]] = await usocket.getaddrinfo('example.net', 80);
    holds<Same<[typeof family, typeof type, typeof proto, typeof canonname], [number, number, number, string]>>();
    holds<Same<typeof address, Address>>();
    const infos: readonly AddressInfo[] = await usocket.getaddrinfo('example.net', 80, 0, usocket.SOCK_STREAM, 0, 0);
    await socket.connect(address);
    await socket.connect(['192.168.1.9', 80]);
    // @ts-expect-error An address is a pair.
    await socket.connect('192.168.1.9', 80);
    // @ts-expect-error The port is a number.
    await socket.connect(['192.168.1.9', '80']);
    // @ts-expect-error A pair has both.
    await socket.connect(['192.168.1.9']);
    // @ts-expect-error Addresses are read-only.
    address[1] = 81;
    // @ts-expect-error A port is a number.
    await usocket.getaddrinfo('example.net', '80');
    // @ts-expect-error Seven are too many.
    await usocket.getaddrinfo('example.net', 80, 0, 0, 0, 0, 0);
    return infos;
  },

  async data(socket: Socket) {
    await socket.send('text');
    await socket.sendall(Buffer.from('bytes'));
    await socket.write(new Uint8Array(5));
    // @ts-expect-error Numbers are no bytes.
    await socket.send(5);
    // @ts-expect-error Sixteen bits are too many.
    await socket.sendall(new Uint16Array(2));
    // @ts-expect-error Nothing is no bytes.
    await socket.write(null);
    // @ts-expect-error recv is told how much.
    await socket.recv();
    // @ts-expect-error readinto wants a buffer.
    await socket.readinto(10);
  },

  options(socket: Socket) {
    socket.settimeout(null);
    socket.settimeout(0.5);
    // @ts-expect-error A time-out is a number or null.
    socket.settimeout('5');
    // @ts-expect-error undefined is not null.
    socket.settimeout(undefined);
    // @ts-expect-error The state is read-only.
    socket.state$ = socket.state$.pipe(filter(() => false));
    // @ts-expect-error A family is a number.
    usocket.socket('AF_INET');
    // @ts-expect-error There is no such option.
    usocket.socket(usocket.AF_INET, usocket.SOCK_STREAM, 0, { recieveBuffer: 4096 });
    // @ts-expect-error Constants are constants.
    usocket.AF_INET = 3;
  },

  async interfaces(uart: Uart) {
    const nic = await network.ESP8285(uart);
    await nic.connect('my-ssid');
    await nic.connect('my-ssid', 'my-password');
    const [ip, , , , , , ssid] = await nic.ifconfig();
    holds<Same<[typeof ip, typeof ssid], [string, string]>>();
    await nic.enable_ap('board', 'a-good-key', 6, network.ESP8285.WPA2_PSK);
    await nic.ifconfig(await nic.ifconfig());
    holds<Same<Awaited<ReturnType<typeof nic.time>>, Date>>();
    const name: string = await nic.hostname();
    await nic.hostname(name);
    holds<Same<typeof nic.stations$, Observable<readonly Station[]>>>();
    // @ts-expect-error WEP is not there.
    await nic.enable_ap('board', 'a-good-key', 6, 1);
    // @ts-expect-error An address has a netmask and a gateway.
    await nic.ifconfig(['10.0.0.7']);
    // @ts-expect-error There is no such word.
    await nic.ifconfig('static');
    // @ts-expect-error A pause is a number.
    await network.ESP8285(uart, { rejoin: { firstPause: '1s' } });
    // @ts-expect-error A name is wanted.
    await nic.connect();
    // @ts-expect-error An interface is made of a line, not of its name.
    await network.ESP8285('/dev/ttyUSB0');
    // @ts-expect-error A speed is a number.
    new machine.UART('/dev/ttyUSB0', '115200');
    // @ts-expect-error There is no such firmware.
    new machine.UART('emulator:', 115_200, { emulator: { firmware: '9.9' } });
  },

  async waiting(socket: Socket, uart: UART) {
    const [readable, writable, failed] = await uselect.select([socket, uart], [uart], []);
    holds<Same<[typeof readable, typeof writable, typeof failed], [(Socket | UART)[], UART[], never[]]>>();
    // @ts-expect-error A line's name cannot be waited for.
    await uselect.select(['/dev/ttyUSB0'], [], []);
    // @ts-expect-error Three lists are wanted.
    await uselect.select([socket], []);
  },

  async hosts(socket: Socket, pem: string, der: Uint8Array) {
    await using nic = network.Host({ linger: 500, ca: [pem, der] });
    const [ip, netmask] = await nic.ifconfig();
    holds<Same<[typeof ip, typeof netmask], [string, string]>>();
    const isOnNetwork: boolean = nic.isconnected();
    await socket.connect(['192.168.1.9', 443], { tls: { serverName: 'host.example', ca: pem } });
    const own = createModules();
    own.network.Host();
    holds<Same<typeof own.usocket, typeof usocket>>();
    // @ts-expect-error A certificate is text or bytes.
    network.Host({ ca: 5 });
    return isOnNetwork;
  },

  async signals(socket: Socket, udp: DatagramSocket, uart: UART, signal: AbortSignal, maybe?: AbortSignal) {
    await socket.connect(['192.168.1.9', 80], { tls: { verify: false }, signal });
    await socket.recv(100, { signal: maybe });
    await socket.recv(100, new AbortController());
    holds<Same<Awaited<ReturnType<typeof socket.accept>>[0], Socket>>();
    await socket.read({ signal });
    await socket.read(10, { signal });
    await socket.listen({ signal });
    await socket.listen(5, { signal });
    await udp.recvfrom(1500, { signal });
    await uart.readline({ signal });
    await uselect.poll().poll({ signal });
    await uselect.poll().ipoll(1000, 1, { signal });
    const [[readable]] = await uselect.select([socket], [], [], 5, { signal });
    holds<Same<typeof readable, Socket | undefined>>();
    const nic = await network.ESP8285(uart, { receive: 'pushed', signal });
    await nic.connect('open-network', { signal });
    const [ip] = await nic.ifconfig({ signal });
    await nic.ifconfig('dhcp', { signal });
    const name: string = await nic.hostname({ signal });
    await nic.time({ timeout: 5, signal });
    await usocket.getaddrinfo(name, 80, { nic, signal });
    await usocket.getaddrinfo(ip, 80, 0, usocket.SOCK_STREAM, { nic });
    await usocket.getaddrinfo(ip, 80, 0, 0, 0, 0, { nic });
    // @ts-expect-error A signal is not its controller.
    await socket.recv(100, { signal: new AbortController() });
    // @ts-expect-error The options come last.
    await socket.read({ signal }, 10);
    // @ts-expect-error There is no such option.
    await usocket.getaddrinfo(name, 80, { interface: nic });
  },

  async functionsOfTheirOwn() {
    // Lint finds here what may not be taken out of its module.
    const { socket, getaddrinfo } = usocket;
    const { Host } = network;
    const [[, , , , address]] = await getaddrinfo('localhost', 80, { nic: Host() });
    await socket().connect(address);
  },

  errors(error: unknown) {
    if (!(error instanceof OSError)) return;
    holds<Same<typeof error.code, ErrorCode>>();
    holds<Same<typeof error.errno, number>>();
    holds<Same<typeof uerrno.EAGAIN, 11>>();
    holds<Same<(typeof uerrno.errorcode)[11], ErrorCode | undefined>>();
    // @ts-expect-error There is no such error.
    if (error.code === 'ETIMEOUT') return;
    // @ts-expect-error Numbers are fixed.
    uerrno.EAGAIN = 12;
    // @ts-expect-error There is no such number.
    uerrno.EAGIAN;
  },
};
