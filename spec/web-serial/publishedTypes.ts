/// <reference types="w3c-web-serial" />
import { webSerialUart } from '../../src/web-serial';

/** The port of the published types is taken as it is; `npm run types` looks. */
export const opened = (port: SerialPort) => webSerialUart(port, { baudRate: 115_200 });
