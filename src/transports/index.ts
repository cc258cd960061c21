export { listPorts, type PortDescription } from './listPorts';
export type { SerialSettings } from './serialSettings';
export { withoutPassword } from './lineName';
export { openUart } from './openUart';
export type { ReopenableUart } from './reopenableUart';
export { rfc2217Uart, type Rfc2217UartOptions } from './rfc2217Uart';
export { serialUart } from './serialUart';
export { tcpUart } from './tcpUart';
