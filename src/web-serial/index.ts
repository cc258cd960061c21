/**
 * Lines for a page in a browser: a serial port of the browser, over the Web Serial API, and the line of another machine,
 * over a WebSocket.
 *
 * @module rx-usocket/web-serial
 */
export { webSerialUart, type WebSerialUartOptions } from './webSerialUart';
export type { WebSerialOptions, WebSerialPort } from './webSerialPort';
export { webSocketUart, type WebSocketUartOptions } from './webSocketUart';
