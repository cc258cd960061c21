import fc from 'fast-check';

import type { EmulatorOptions, ScheduledFault } from '../../src/emulator';
import { habits } from '../modems/switchingLine';

const reads = ['recv', 'recvfrom', 'read', 'readinto', 'readline', 'file'] as const;
const says = ['send', 'sendall', 'write', 'file'] as const;
const takes = ['recv', 'recvfrom', 'read', 'readinto'] as const;

export type Read = (typeof reads)[number];
export type Say = (typeof says)[number];
export type Take = (typeof takes)[number];

/**
 * One step on a connection. Sizes are in bytes. A step that the state of the connection does not allow is left out when the
 * program runs, so that a program without some of its steps is still a program.
 */
export type Step =
  | { readonly do: 'say'; readonly how: Say; readonly blocking: boolean; readonly size: number; readonly salt: number }
  | { readonly do: 'join'; readonly sizes: readonly number[]; readonly salt: number }
  | { readonly do: 'peer says'; readonly size: number; readonly salt: number }
  | {
      readonly do: 'peer floods';
      readonly size: number;
      readonly salt: number;
      /** Milliseconds until it is read, and between the pieces that follow, each of which is read before the next. */
      readonly pause: number;
      readonly pieces: readonly number[];
      readonly how: Exclude<Read, 'readline'>;
    }
  | { readonly do: 'rest'; readonly milliseconds: number }
  | { readonly do: 'read'; readonly how: Read; readonly blocking: boolean; readonly size: number }
  | { readonly do: 'read in turn'; readonly sizes: readonly number[] }
  | { readonly do: 'abandon a read'; readonly size: number }
  | { readonly do: 'both at once'; readonly up: number; readonly down: number; readonly salt: number }
  | { readonly do: 'find nothing'; readonly how: Read; readonly blocking: boolean }
  | { readonly do: 'peer hears' }
  | { readonly do: 'peer closes'; readonly last: number; readonly salt: number }
  | { readonly do: 'peer resets'; readonly last: number; readonly salt: number }
  | { readonly do: 'close' }
  | { readonly do: 'close unread' };

export type DatagramStep =
  | {
      readonly do: 'sendto';
      readonly to: 0 | 1;
      readonly blocking: boolean;
      readonly size: number;
      readonly salt: number;
    }
  | {
      readonly do: 'peer sends';
      readonly from: 0 | 1;
      readonly sizes: readonly number[];
      readonly salt: number;
      readonly how: Take;
      readonly most: number;
    }
  | { readonly do: 'connect'; readonly to: 0 | 1 }
  | { readonly do: 'find nothing'; readonly how: Take; readonly blocking: boolean };

/** One connection from its start to its end. */
export interface Visit {
  readonly begin: 'blocking' | 'non-blocking' | 'by name' | 'in time' | 'after a refusal';
  /** Bytes that the socket holds, if its interface can hold the peer back. A server takes that of the first visit. */
  readonly receiveBuffer: number;
  readonly steps: readonly Step[];
}

/** One of the tasks that a program runs concurrently. */
export type Task =
  | { readonly kind: 'client'; readonly visits: readonly Visit[] }
  | { readonly kind: 'server'; readonly together: boolean; readonly visits: readonly Visit[] }
  | { readonly kind: 'datagrams'; readonly steps: readonly DatagramStep[] };

export interface RandomProgram {
  readonly tasks: readonly Task[];
  /** How the virtual modem cuts, delays and mixes its output, and what it does with data that wait when it has to push. */
  readonly modem: Pick<EmulatorOptions, 'seed' | 'chunking' | 'interleave' | 'latency' | 'faults'>;
}

/** The transcript of a task so far, and the step that it is at. */
export interface Progress {
  readonly lines: string[];
  at: unknown;
}

const salt = fc.nat(0x7fffffff);
const size = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 1, max: 3000 }) },
  { weight: 1, arbitrary: fc.integer({ min: 3000, max: 12_000 }) },
  { weight: 1, arbitrary: fc.constantFrom(1, 2, 1440, 1460, 1461, 2047, 2048, 2049, 2920, 5760, 5840) },
);
/**
 * More than most sockets hold, so that a modem that adapts has to hold data back. It pushes again when all readers have kept
 * up for 250 ms.
 */
const flood = fc.integer({ min: 6_000, max: 30_000 });
/** Below 8192, data are always pulled; of 262,144 bytes, there is always room for a flood. */
const receiveBuffer = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: 8_200, max: 20_000 }) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 8_191 }) },
  { weight: 2, arbitrary: fc.integer({ min: 20_000, max: 60_000 }) },
  { weight: 3, arbitrary: fc.constant(262_144) },
);
const few = fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 2, maxLength: 8 });
const blocking = fc.boolean();

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('say'), how: fc.constantFrom(...says), blocking, size, salt }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('join'), sizes: few, salt }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('peer says'), size, salt }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('peer floods'),
      size: flood,
      salt,
      pause: fc.integer({ min: 10, max: 70 }),
      pieces: fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 3, maxLength: 12, size: 'max' }),
      how: fc.constantFrom('recv', 'recvfrom', 'read', 'readinto', 'file'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('rest'), milliseconds: fc.integer({ min: 1, max: 300 }) }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('read'), how: fc.constantFrom(...reads), blocking, size }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('read in turn'), sizes: few }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('abandon a read'), size }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('both at once'), up: size, down: size, salt }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('find nothing'), how: fc.constantFrom(...reads), blocking }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('peer hears') }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('peer closes'), last: size, salt }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('peer resets'), last: size, salt }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('close', 'close unread') }) },
);

const peer = fc.constantFrom(0 as const, 1 as const);
/** Three datagrams of this size fit into the window of each firmware. */
const datagramSize = fc.integer({ min: 1, max: 1400 });
const datagramStep: fc.Arbitrary<DatagramStep> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant('sendto'), to: peer, blocking, size: datagramSize, salt }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('peer sends'),
      from: peer,
      sizes: fc.array(datagramSize, { minLength: 1, maxLength: 3 }),
      salt,
      how: fc.constantFrom(...takes),
      most: datagramSize,
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('connect'), to: peer }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('find nothing'), how: fc.constantFrom(...takes), blocking }) },
);

const visit: fc.Arbitrary<Visit> = fc.record({
  begin: fc.constantFrom('blocking', 'non-blocking', 'by name', 'in time', 'after a refusal'),
  receiveBuffer,
  steps: fc.array(step, { maxLength: 14, size: 'max' }),
});
const visits = fc.array(visit, { minLength: 1, maxLength: 2 });
const client: fc.Arbitrary<Task> = fc.record({ kind: fc.constant('client'), visits });
const server: fc.Arbitrary<Task> = fc.record({ kind: fc.constant('server'), together: fc.boolean(), visits });
const datagrams: fc.Arbitrary<Task> = fc.record({
  kind: fc.constant('datagrams'),
  steps: fc.array(datagramStep, { maxLength: 8, size: 'max' }),
});

/** How many of the modem's five link numbers a task needs at a time. On AT 1.x a refused one stays in use until its `CLOSED`. */
function numbersOf(task: Task): number {
  switch (task.kind) {
    case 'client':
      return task.visits.some(({ begin }) => begin === 'after a refusal') ? 2 : 1;
    case 'server':
      return task.together ? task.visits.length : 1;
    case 'datagrams':
      return 1;
  }
}

const tasks = fc
  .tuple(
    fc.array(client, { minLength: 1, maxLength: 2 }),
    fc.array(server, { maxLength: 1 }),
    fc.array(datagrams, { maxLength: 1 }),
  )
  .map((groups): readonly Task[] => groups.flat())
  .filter((made) => made.reduce((sum, task) => sum + numbersOf(task), 0) <= 5);

const faults = habits.map(([, habit]): readonly ScheduledFault[] => (habit ? [{ at: 0, ...habit }] : []));

const hasFlood = (task: Task): boolean =>
  task.kind !== 'datagrams' && task.visits.some(({ steps }) => steps.some((each) => each.do === 'peer floods'));

/** Each chunk takes a millisecond or more, so a flood in small chunks would take longer than a program may. */
function inTime({ tasks: made, modem }: RandomProgram): RandomProgram {
  const { chunking } = modem;
  const isFine = typeof chunking === 'number' && chunking < 100;
  return { tasks: made, modem: isFine && made.some(hasFlood) ? { ...modem, chunking: 100 } : modem };
}

const timedAnyhow: fc.Arbitrary<RandomProgram> = fc.record({
  tasks,
  modem: fc.record({
    seed: fc.integer({ min: 1, max: 0xffff }),
    chunking: fc.constantFrom('whole' as const, 3, 17, 100),
    interleave: fc.constantFrom(0, 0.25, 1),
    latency: fc.constantFrom(0.01, 0.05, 0.2),
    faults: fc.constantFrom(...faults),
  }),
});

/** Random programs whose outcome does not depend on timing. */
export const anyProgram: fc.Arbitrary<RandomProgram> = timedAnyhow.map(inTime);

/** The settings of fast-check that turn a seed into a program, also where a smaller program is searched. */
export const generation = { numRuns: 1, unbiased: true } as const;

/** The program of a seed. */
export function programOf(seed: number): RandomProgram {
  const programs: RandomProgram[] = [];
  fc.assert(
    // `fc.sample` would make another program than `fc.check`, which searches a smaller one.
    fc.property(anyProgram, (made) => void programs.push(made)),
    { ...generation, seed },
  );
  const [program] = programs;
  if (!program) throw new Error('no program has been made');
  return program;
}
