export type { LineUart } from './transportUart';
export { openUart, type OpenUartOptions, withoutPassword } from './openUart';
export { rfc2217Uart, type Rfc2217UartOptions } from './rfc2217Uart';
export { serialUart } from './serialUart';
export { tcpUart } from './tcpUart';
