/**
 * Sends the connections, the names and the datagrams of a program that knows nothing of it through a modem.
 *
 *     RX_USOCKET_PORT=/dev/ttyUSB0 node --import rx-usocket/register program.js
 *
 * Importing it is all: it replaces the functions of Node.js.
 *
 * @module rx-usocket/register
 */
import type { Nic } from '../usocket/contract/nic';
import { registeredNic } from './register';

/**
 * The modem of the program as an interface, for what a program does with one itself, such as `listen` of `rx-usocket/node`. It is
 * opened when something first needs it.
 */
export const nic: Nic = registeredNic();
