/** `rx-usocket` for programs of the page: it is the package itself, and the page watches the interfaces. */
import { createModules } from 'rx-usocket';

import { watchedByPage } from '../program/watchedByPage';

export * from 'rx-usocket';

const modules = createModules({ interfaceMade: watchedByPage });

export const network = modules.network;
export const usocket = modules.usocket;
