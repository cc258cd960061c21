/**
 * For the tests of your own application: a modem in virtual time, a modem that follows a script, and recordings of a real
 * serial line.
 *
 * @module rx-usocket/testing
 */
export { MemoryNetwork, type Talk } from './memoryNetwork';
export { formatBytes, parseRecording, type RecordedBytes } from './recording';
export { recordUart, type RecordUartOptions } from './recordUart';
export { type Replay, ReplayError, replayUart, type ReplayUartOptions } from './replayUart';
export { type Rule, type ScriptedModem, scriptedModem, type ScriptedModemOptions } from './scriptedModem';
export { type VirtualHost, type VirtualModem, virtualModem, type VirtualModemOptions } from './virtualModem';
