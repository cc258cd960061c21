export { listPorts, type PortDescription } from './serial/listPorts';
export type { SerialSettings } from './line/serialSettings';
export { withoutPassword } from './line/lineName';
export { openUart } from './openUart';
export type { ReopenableUart } from './line/reopenableUart';
export { rfc2217Uart, type Rfc2217UartOptions } from './rfc2217/rfc2217Uart';
export { serialUart } from './serial/serialUart';
export { tcpUart } from './tcp/tcpUart';
