export type { LineUart } from './lineUart';
export { serialUart, type SerialUartOptions } from './serial';
export { tcpUart, type TcpUartOptions } from './tcp';
