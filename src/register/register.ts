import { syncBuiltinESMExports } from 'node:module';

import type { Nic } from '../usocket/contract/nic';
import { DirectTargets } from './directTargets';
import { ModemNic } from './modemNic';
import { patchAgents } from './patchAgents';
import { patchDatagrams } from './patchDatagrams';
import { patchDns } from './patchDns';
import { patchNet } from './patchNet';
import { patchTls } from './patchTls';
import { patchWorkers } from './patchWorkers';
import { settingsOf } from './settings';

/** Where the interface of the process is, because this package may be loaded as an ES module and as CommonJS. */
const place = Symbol.for('rx-usocket/register');

/** Replaces the functions of Node.js, once in a process, and returns the interface that they use. */
export function registeredNic(): Nic {
  const found = process as unknown as Record<symbol, Nic | undefined>;
  return (found[place] ??= register(process.env));
}

function register(environment: NodeJS.ProcessEnv): Nic {
  const settings = settingsOf(environment);
  const nic = new ModemNic(settings);
  const direct = new DirectTargets(settings.direct);
  const server = /^(?:tcp|rfc2217):\/\/(.*)$/.exec(settings.port ?? '');
  if (server && URL.canParse(`http://${server[1]}`)) direct.add(new URL(`http://${server[1]}`).host);
  const routes = { nic, direct, sockets: new WeakSet() };
  const systemLookup = patchDns(routes);
  patchNet(routes, systemLookup);
  patchTls(routes);
  patchAgents(routes);
  patchDatagrams(routes);
  patchWorkers();
  // Programs may have these functions as named imports.
  syncBuiltinESMExports();
  return nic;
}
