import { ProgramTime } from '../../system/programTime';

/** The time of the sockets of this folder, which has no state: its timers keep the program running, as pending requests do. */
export const nodeTime = new ProgramTime();

/**
 * Calls back in the next turn of the event loop. It is kept when this file is loaded, because programs replace it: fake timers of
 * a test would stop their sockets, too.
 */
export const { setImmediate: inNextTurn } = globalThis;
