import { once } from 'node:events';
import { connect, type Socket as Peer } from 'node:net';

import type { Address, Socket } from '../../src/usocket';
import { addressOf, type RunningInterface, type TestedInterface } from '../interfaces/interfaces';
import { until } from '../peers/peer';
import { tcpServer, type TcpServer } from '../peers/tcpServer';
import { codeOf, Conversation } from './conversation';
import { correspond } from './correspondence';
import type { Progress, Task, Visit } from './randomProgram';

/** A port where nobody listens. Other programs use ports that the system assigns, and this is none of them. */
const nobody: Address = ['127.0.0.1', 1];

/** A running interface, and what is known of it. */
export type SoakedInterface = RunningInterface & Pick<TestedInterface, 'holdsBack'>;

/** Runs a task on an interface to its end. */
export function perform(task: Task, net: SoakedInterface, progress: Progress): Promise<void> {
  switch (task.kind) {
    case 'client':
      return visitPeers(task.visits, net, progress);
    case 'server':
      return takeVisits(task, net, progress);
    case 'datagrams':
      return correspond(task.steps, net, progress);
  }
}

async function visitPeers(visits: readonly Visit[], net: SoakedInterface, progress: Progress): Promise<void> {
  await using server = await tcpServer();
  for (const { begin, receiveBuffer, steps } of visits) {
    progress.at = `connect, ${begin}`;
    await using socket = socketOn(net, receiveBuffer);
    const [peer] = await Promise.all([server.accept(), connectTo(server, begin, socket, net, progress)]);
    await converse(socket, peer, steps, progress);
  }
}

/** A socket with this receive buffer, if the interface can hold peers back; with the default otherwise. */
function socketOn({ usocket, holdsBack }: SoakedInterface, receiveBuffer: number): Socket {
  const { AF_INET, SOCK_STREAM, IPPROTO_TCP } = usocket;
  return usocket.socket(AF_INET, SOCK_STREAM, IPPROTO_TCP, holdsBack ? { receiveBuffer } : {});
}

async function connectTo(
  server: TcpServer,
  begin: Visit['begin'],
  socket: Socket,
  { usocket }: RunningInterface,
  { lines }: Progress,
): Promise<void> {
  const address: Address = addressOf(server);
  switch (begin) {
    case 'blocking':
      break;
    case 'by name': {
      const unknown = await usocket.getaddrinfo('nowhere.invalid', 80).then(() => 'found', codeOf);
      const [[, , , , known]] = await usocket.getaddrinfo('localhost', server.endpoint.port);
      await socket.connect(known);
      lines.push(`connect by name; to one unknown: ${unknown}`);
      return;
    }
    case 'in time':
      socket.settimeout(60);
      break;
    case 'non-blocking': {
      socket.setblocking(false);
      const started = await socket.connect(address).then(() => 'connected', codeOf);
      await until(socket.readiness$, ({ writable }) => writable);
      socket.setblocking(true);
      lines.push(`non-blocking connect: ${started}`);
      return;
    }
    case 'after a refusal':
      lines.push(`recv before connect: ${await socket.recv(1).then(String, codeOf)}`);
      lines.push(`refused: ${await socket.connect(nobody).then(() => 'connected', codeOf)}`);
      break;
  }
  await socket.connect(address);
  lines.push(`connect; once more: ${await socket.connect(address).then(() => 'connected', codeOf)}`);
}

async function takeVisits(
  { together, visits }: Extract<Task, { kind: 'server' }>,
  net: SoakedInterface,
  progress: Progress,
): Promise<void> {
  const isModem = net.emulator !== undefined;
  // Its connections have its receive buffer.
  await using server = socketOn(net, visits[0]?.receiveBuffer ?? 0);
  progress.at = 'listen';
  await server.bind(isModem ? ['0.0.0.0', 8080] : ['127.0.0.1', 0]);
  await server.listen();
  const port = net.emulator?.state.server?.localPort ?? server.localAddress?.port ?? 0;
  const works: Progress[] = [];
  const talks: Promise<void>[] = [];
  for (const [index, { begin, steps }] of visits.entries()) {
    progress.at = `accept, ${begin}`;
    const work: Progress = { lines: [`visit ${index}`], at: undefined };
    works.push(work);
    const client = connect({ host: '127.0.0.1', port, allowHalfOpen: true });
    client.on('error', () => undefined).pause();
    await once(client, 'connect');
    const socket = await accept(server, begin === 'non-blocking');
    progress.at = works;
    const talk = converse(socket, client, steps, work);
    if (!together) await talk;
    talks.push(talk);
  }
  await Promise.all(talks).finally(() => progress.lines.push(...works.flatMap(({ lines }) => lines)));
}

async function accept(server: Socket, nonBlocking: boolean): Promise<Socket> {
  if (nonBlocking) {
    await until(server.readiness$, ({ readable }) => readable);
    server.setblocking(false);
  }
  const [socket] = await server.accept();
  server.setblocking(true);
  return socket;
}

async function converse(socket: Socket, peer: Peer, steps: Visit['steps'], progress: Progress): Promise<void> {
  const conversation = new Conversation(socket, peer, (line) => progress.lines.push(line));
  try {
    await conversation.run(steps, (step) => (progress.at = step));
  } finally {
    peer.destroy();
    await socket.close();
  }
}
