import type { LocalAddress } from '../../src/proxy/localServer';
import { messageOf } from '../../src/usocket/contract/messageOf';
import { within } from '../time/limits';
import { type Child, startChild } from './child';
import type { Setting, Task } from './figures';
import type { FromProgram, Measured, Order, ToProgram } from './messages';
import { type Peer, startPeer } from './peer';
import { type ProgramName, programNames } from './results';

/** A modem, the path of its line, and where its peer listens. */
export interface Served {
  readonly setting: Setting;
  readonly path: string;
  readonly place: LocalAddress;
}

export interface MeasuringOptions {
  /** The built programs. */
  readonly file: string;
  readonly seed: number;
  /** Milliseconds that a program may take for a task. */
  readonly limit: number;
  /** Milliseconds after which the processes are killed, for a bench that has gone before it could end them. */
  readonly longest: number;
  /** The folder in which each program leaves a profile. */
  readonly profile?: string | undefined;
}

/** The programs that are measured. Dispose of it with `await using`, which ends them. */
export interface Measuring extends AsyncDisposable {
  /** @throws Error (rejection) when the program fails, is not done in time, or has received or sent a wrong byte. */
  measure(name: ProgramName, task: Task, modem: Served): Promise<Measured>;
  /** Ends a program that has failed, so that it frees the line, and starts it again. */
  restart(name: ProgramName): Promise<void>;
}

/** Starts the programs, each in a process of its own, which all modems share. */
export function startMeasuring({ file, seed, limit, longest, profile }: MeasuringOptions): Measuring {
  const start = (name: ProgramName): Child<ToProgram, FromProgram> => {
    const execArgv =
      profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`, `--cpu-prof-name=${name}.cpuprofile`];
    return startChild(file, [name], longest, execArgv);
  };
  const programs: Record<ProgramName, Child<ToProgram, FromProgram>> = {
    driver: start('driver'),
    bareLoop: start('bareLoop'),
    bareSegments: start('bareSegments'),
    barePort: start('barePort'),
  };
  return {
    async measure(name, task, { setting, path, place }) {
      const program = programs[name];
      await using peer = await startPeer(task, name === 'barePort' ? 1 : task.sockets, seed, place);
      const order = { setting, task, path, host: peer.host, port: peer.port, seed };
      const late = (): never => {
        throw new Error(`it was not done after ${limit / 1000} s`);
      };
      return await within(limit, carryOut(program, order, peer), late).catch((cause: unknown) => {
        const what = `${name}, ${task.figure}, AT ${setting.firmware}, ${setting.receive}, ${setting.baud} baud`;
        throw new Error(`${what}: ${messageOf(cause)}`, { cause });
      });
    },
    async restart(name) {
      await programs[name][Symbol.asyncDispose]();
      programs[name] = start(name);
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(programNames.map((name) => programs[name][Symbol.asyncDispose]()));
    },
  };
}

/** Has a program carry out an order. */
export async function carryOut(program: Child<ToProgram, FromProgram>, order: Order, peer: Peer): Promise<Measured> {
  program.tell({ kind: 'order', ...order });
  const wrong = new Promise<never>((_, reject) => {
    peer.arrived.then(() => {
      program.tell({ kind: 'arrived' });
    }, reject);
  });
  for (;;) {
    const message = await Promise.race([program.next(), wrong]);
    if (message.kind === 'failed') throw new Error(message.message);
    if (message.kind === 'measured') return message;
    peer.begin();
  }
}
