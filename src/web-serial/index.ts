/**
 * Lines for a page in a browser: a serial port of the browser, over the Web Serial API, and the line of another machine,
 * over a WebSocket.
 *
 * @module rx-usocket/web-serial
 */
export type { ReopenableUart } from '../transports/line/reopenableUart';
export type { TransportUart } from '../transports/line/transportUart';
export { webSerialUart, type WebSerialUartOptions } from './webSerialUart';
export type { WebSerialOptions, WebSerialPort } from './webSerialPort';
export type { WebSocketConstructor, WebSocketLike } from './webSocket';
export { webSocketUart, type WebSocketUartOptions } from './webSocketUart';
