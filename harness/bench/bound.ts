import { personalityOf } from '../../src/emulator/firmware/personalities';
import type { Personality } from '../../src/emulator/firmware/personality';
import { block, bytesOf, isVirtual, lineBytes, segmentBytes, type Setting, type Task } from './figures';
import { times } from './times';

/**
 * How the bytes travel:
 *
 * - `pushed`: the modem prints them as they come.
 * - `pulled`: a command asks for each block.
 * - `stop-and-wait`: the next block is sent when the modem has said `SEND OK` for the last one.
 * - `segments`: the next block is sent when the modem has taken the last one (`AT+CIPSENDBUF`).
 */
type Method = 'pushed' | 'pulled' | 'stop-and-wait' | 'segments';

/** The best that a program can reach which writes each command as soon as it may. Without values where nothing simple bounds it. */
export interface Bound {
  readonly methods: readonly Method[];
  /** Bytes per second in the direction that has more of them; without an echo. */
  readonly rate?: number;
  /** The same as a part of what the line carries, from 0 to 1. */
  readonly ofLine?: number;
  /** The time of one byte there and back, in milliseconds; for an echo. */
  readonly latency?: number;
}

/** What travels besides the payload, in bytes, with numbers of links of one digit and lengths of four. */
const size = {
  notice: '\r\n+IPD,0,5840\r\n'.length,
  pushedHeader: '\r\n+IPD,0,1460:'.length,
  read: 'AT+CIPRECVDATA=0,5840\r\n'.length,
  ok: '\r\nOK\r\n'.length,
  send: 'AT+CIPSEND=0,2048\r\n'.length,
  taken: '\r\nRecv 2048 bytes\r\n'.length,
  sent: '\r\nSEND OK\r\n'.length,
  sendSegment: 'AT+CIPSENDBUF=0,1460\r\n'.length,
  segmentNumbers: '12,11\r\n'.length,
};

/**
 * Calculates the bound of a figure from the baud rate, the words of the firmware and the times of the virtual modem. Nobody knows
 * those of a modem of one's own.
 */
export function boundOf(setting: Setting, task: Task): Bound {
  if (!isVirtual(setting)) return { methods: [] };
  const { firmware, receive, baud } = setting;
  const modem = personalityOf(firmware);
  /** Milliseconds that bytes take on the line. */
  const onLine = (bytes: number): number => (1000 * bytes) / lineBytes(baud, 1);
  const isPulled = receive === 'pulled';
  const down: Timed = isPulled ? pulled(modem, onLine) : pushed(modem, onLine);
  const waiting = stopAndWait(modem, onLine);
  if (task.rounds > 0) {
    const latency = echo(modem, onLine, isPulled);
    return { methods: [down.method, waiting.method], latency };
  }
  const up = modem.sendOkIsAcknowledgement ? faster(waiting, segments(modem, onLine)) : waiting;
  const methods = [...(task.down > 0 ? [down.method] : []), ...(task.up > 0 ? [up.method] : [])];
  // Each prompt and each result of a send waits for the block that is being pushed, which may have just begun or be at its end.
  if (!isPulled && task.down > 0 && task.up > 0) return { methods };
  // Commands wait for each other.
  const milliseconds = task.sockets * (task.down * down.perByte + task.up * up.perByte);
  const rate = (1000 * bytesOf(task)) / milliseconds;
  return { methods, rate, ofLine: rate / lineBytes(baud, 1) };
}

interface Timed {
  readonly method: Method;
  /** Milliseconds for each byte of the payload. */
  readonly perByte: number;
}

type OnLine = (bytes: number) => number;

const faster = (one: Timed, other: Timed): Timed => (one.perByte < other.perByte ? one : other);

function pushed({ block: length }: Personality, onLine: OnLine): Timed {
  return { method: 'pushed', perByte: onLine(length + size.pushedHeader) / length };
}

/** All that the modem holds is read at once, as far as it gives that: at most what its TCP window has. */
function pulled(modem: Personality, onLine: OnLine): Timed {
  const { window, segment, longestRead, noticeEachArrival } = modem;
  const length = Math.min(window, longestRead);
  const notices = noticeEachArrival ? Math.ceil(length / segment) : 1;
  const answer = onLine(modem.receivedHeader(length, '').length + length + size.ok);
  // The notices of the next bytes come while the next command travels.
  const question = Math.max(onLine(notices * size.notice), onLine(size.read) + times.step);
  return { method: 'pulled', perByte: (answer + question) / length };
}

function stopAndWait(modem: Personality, onLine: OnLine): Timed {
  return { method: 'stop-and-wait', perByte: sending(modem, onLine, block) / block };
}

/** Milliseconds from the command of a send to its `SEND OK`. */
function sending({ prompt, sendOkIsAcknowledgement }: Personality, onLine: OnLine, length: number): number {
  const asking = onLine(size.send) + times.step + onLine(prompt.join('').trimEnd().length);
  const outcome = sendOkIsAcknowledgement ? times.roundTrip : times.step;
  return asking + onLine(length) + times.step + Math.max(outcome, onLine(size.taken)) + onLine(size.sent);
}

function segments({ prompt }: Personality, onLine: OnLine): Timed {
  const promptSize = size.segmentNumbers + prompt.join('').trimEnd().length;
  const asking = onLine(size.sendSegment) + times.step + onLine(promptSize);
  const taking = onLine(segmentBytes) + times.step + onLine(size.taken);
  return { method: 'segments', perByte: (asking + taking) / segmentBytes };
}

/** Lengths have one digit here. */
function echo(modem: Personality, onLine: OnLine, isPulled: boolean): number {
  const { prompt, sendOkIsAcknowledgement } = modem;
  const asking = onLine(size.send - 3) + times.step + onLine(prompt.join('').trimEnd().length);
  const there = asking + onLine(1) + times.step + times.roundTrip;
  // NonOS says it when the answer comes. ESP-AT has said it before that.
  const sent = sendOkIsAcknowledgement ? onLine(size.sent) : 0;
  if (!isPulled) return there + sent + onLine(size.pushedHeader - 3 + 1);
  const reading = onLine(size.read - 3) + times.step + onLine(modem.receivedHeader(1, '').length + 1);
  return there + sent + onLine(size.notice - 3) + reading;
}
