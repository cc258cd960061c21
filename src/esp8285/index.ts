export { ESP8285 } from './esp8285';
export type { ModemOptions } from './modem';
export type { Status } from './status';
export type { TraceEvent } from './trace/traceEvent';
export type { InterfaceConfig } from './wifi/ifconfig';
