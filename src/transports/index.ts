export type { LineUart } from './lineUart';
export { openUart, type OpenUartOptions, withoutPassword } from './openUart';
export { rfc2217Uart, type Rfc2217UartOptions } from './rfc2217';
export { serialUart } from './serial';
export { tcpUart } from './tcp';
