/**
 * Operators and queues for any stream of bytes: read a number of bytes, a line, or what is there, with a deadline and
 * with backpressure. They need neither a modem nor a socket.
 *
 * @module rx-usocket/streams
 */
export { Runner } from './concurrency/runner';
export { runOnce } from './concurrency/runOnce';
export { Mutex } from './concurrency/mutex';
export { asBuffer } from './queues/asBuffer';
export { ByteQueue, type ByteQueueOptions } from './queues/byteQueue';
export { ItemQueue, type ItemQueueOptions } from './queues/itemQueue';
export { ByteReader } from './reading/byteReader';
export { queueBytes } from './reading/queueBytes';
export { read } from './reading/read';
export { readinto } from './reading/readinto';
export { readline } from './reading/readline';
export { recv } from './reading/recv';
export { Inspectable, type Shown } from './state/inspectable';
export { type Pollable, type Readiness, sameReadiness } from './state/readiness';
export { switchOnChange } from './state/switchOnChange';
export { deadline, type DeadlineOptions } from './time/deadline';
export type { LineAdvice, LineHint, Uart } from './uart';
