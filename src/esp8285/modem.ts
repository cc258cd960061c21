import { asyncScheduler, defer, identity, map, type Observable, VirtualTimeScheduler } from 'rxjs';

import type { Uart } from '../streams';
import { OSError } from '../usocket/contract/osError';
import { withCommandError } from './executor/commandError';
import { Executor } from './executor/executor';
import type { Session } from './executor/session';
import { Wire } from './executor/wire';
import { LineHold } from './flow/lineHold';
import { cutFrames } from './grammar/cutFrames';
import type { Expectation } from './grammar/expectation';
import { Lifecycle } from './life/lifecycle';
import { ModemState } from './life/modemState';
import { Redialer } from './life/redialer';
import type { LineReference } from './line/lineReference';
import type { LineSpeed } from './line/lineSpeed';
import { LinkTable } from './links/linkTable';
import { idleSecondsOf, type ModemOptions, receiveOf } from './modemOptions';
import { DatagramOpener } from './openers/datagramOpener';
import { ServerPort } from './openers/serverPort';
import { StreamOpener } from './openers/streamOpener';
import { speedExchange } from './setUp/changeSpeed';
import type { LineBytes } from './trace/byteTrace';
import { Trace } from './trace/trace';
import type { TraceEvent } from './trace/traceEvent';
import { StationList } from './wifi/softAp';

/** Milliseconds, for a line without a `longestPause`. */
const usualPause = 500;
/** Milliseconds. */
const usualQuiet = 10_000;
const usualSilence = 15_000;
const serialAdvice = {
  loss: 'lower the baud rate, check the wiring, or connect RTS and CTS and use flow control',
  silence: "check the modem's power supply and the wiring, lower the baud rate, or use flow control",
};

/** A modem on a serial line: puts its parts together. */
export class Modem {
  readonly state = new ModemState();
  readonly lifecycle: Lifecycle;
  /** Everything that goes over the line; see {@link TraceEvent}. */
  readonly trace$: Observable<TraceEvent>;
  /** The bytes that go over the line, without keys. */
  readonly bytes$: Observable<LineBytes>;
  readonly links: LinkTable;
  readonly streams: StreamOpener;
  readonly datagrams: DatagramOpener;
  readonly server: ServerPort;
  readonly stations = new StationList();

  private readonly speed: LineSpeed;
  private readonly executor: Executor;

  constructor(uart: Uart, reference: LineReference, options: ModemOptions = {}) {
    const receive = receiveOf(options);
    const { flowControl = false, longestHold = 2_000 } = options;
    const { unknownLines, redial = {}, scheduler = asyncScheduler } = options;
    // Virtual time would never end if the driver asked without end.
    const isVirtual = scheduler instanceof VirtualTimeScheduler;
    const unlessVirtual = (milliseconds: number) => (isVirtual ? Infinity : milliseconds);
    const { longestPause = uart.longestPause ?? usualPause, longestQuiet = unlessVirtual(usualQuiet) } = options;
    const { longestSilence = unlessVirtual(usualSilence) } = options;
    if (flowControl && !uart.hold) {
      const message = 'modem: flowControl wants a line that has it; open the line with { rtscts: true }';
      throw new OSError('EINVAL', 'modem', message);
    }
    const { state, stations } = this;
    const hasAddress = () => state.hasAddress;
    const hold = new LineHold(uart, { longestHold, scheduler });
    const trace = new Trace(scheduler);
    const redialer = new Redialer(uart, {
      redial,
      scheduler,
      isKnown: () => state.isKnown,
      heard: (bytes) => {
        wire.received(bytes);
        trace.bytes.carried('modem', bytes);
      },
      lost: (error, pause) => {
        trace.noted(pause === undefined ? error.message : `${error.message}, in ${pause} ms`);
        this.lifecycle.lineLost(error, pause);
      },
      opened: (loss) => {
        trace.noted('the line to the modem is open again');
        this.lifecycle.lineOpened(loss);
      },
    });
    // Without flow control nothing stops this clock.
    const { clock } = hold;
    const silence = {
      longestPause,
      scheduler: clock,
      // Asked for each time, because a line that is opened again may be another one.
      get collectsFor() {
        return uart.collectsFor;
      },
    };
    const expects = (bytes: number) => uart.expect?.(bytes);
    const cut = (expecting: Expectation) =>
      redialer.keep((rx$) =>
        rx$.pipe(flowControl ? hold.gate() : identity, cutFrames(expecting, { silence, unknownLines, expects })),
      );
    const wire = new Wire(uart, cut, clock, trace);
    this.speed = wire.speed;
    if (options.baud !== undefined) wire.speed.want(options.baud, 'modem');
    const executor = new Executor(wire);
    this.executor = executor;
    const advice = uart.advice ?? serialAdvice;
    const links = new LinkTable({
      executor,
      isAdaptive: receive === 'adaptive',
      hold,
      hasAddress,
      advice,
      scheduler,
      longestQuiet,
      reference,
    });
    const opening = { executor, links, hasAddress, reference };
    const server = new ServerPort(opening, idleSecondsOf(options));
    this.trace$ = trace.events$;
    this.bytes$ = trace.bytes.bytes$;
    this.links = links;
    this.server = server;
    this.streams = new StreamOpener(opening);
    this.datagrams = new DatagramOpener(opening);
    this.lifecycle = new Lifecycle(
      { uart, wire, executor, links, server, stations, hold, redialer, trace, state },
      { setUp: { receive, flowControl }, longestSilence, scheduler },
    );
  }

  /** How many exchanges wait until the modem is free. */
  get waitingExchanges(): number {
    return this.executor.waitingExchanges;
  }

  /** Whether the driver sets the speed of the line. */
  get setsSpeed(): boolean {
    return this.speed.wanted !== undefined || this.speed.isSought;
  }

  /** Cold: changes the speed of both ends of the line, and emits the one that they have afterwards. */
  setBaud(up: Session, baud: number): Observable<number> {
    return defer(() => {
      const { used } = this.links;
      if (used > 0) {
        const message = `set_baud: ${used} connections are open, whose data would be lost; close them first`;
        throw new OSError('EBUSY', 'set_baud', message);
      }
      this.speed.want(baud, 'set_baud');
      return up.run(speedExchange()).pipe(
        map(() => this.speed.current ?? baud),
        withCommandError('set_baud'),
      );
    });
  }
}
