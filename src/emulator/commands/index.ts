import { of } from 'rxjs';

import { type Command, CommandTable } from '../command';
import type { Form } from '../commandLine';
import type { Personality } from '../personality';
import { addressCommands } from './address';
import { clockCommands } from './clock';
import { firmwareCommands } from './firmware';
import { linkCommands } from './links';
import { pinCommands } from './pins';
import { powerCommands } from './power';
import { provisioningCommands } from './provisioning';
import { receiveCommands } from './receive';
import { scanCommands } from './scan';
import { sendCommands } from './send';
import { sendBufferCommands } from './sendBuffer';
import { serverCommands } from './server';
import { softApCommands } from './softAp';
import { systemCommands } from './system';
import { tlsCommands } from './tls';
import { wifiCommands } from './wifi';

/** All commands of one firmware. */
export function commandsOf(personality: Personality): CommandTable {
  const commands: readonly Command[] = [
    ...systemCommands,
    ...powerCommands,
    ...pinCommands,
    ...firmwareCommands,
    ...wifiCommands,
    ...scanCommands,
    ...softApCommands,
    ...provisioningCommands,
    ...addressCommands,
    ...clockCommands,
    ...linkCommands,
    ...tlsCommands,
    ...sendCommands,
    ...sendBufferCommands,
    ...receiveCommands,
    ...serverCommands,
  ];
  const list: Command = {
    name: '+CMD',
    since: { E: 2.2 },
    query: () =>
      of(
        ...table.list.map(({ name, forms }, index) => {
          const has = (form: Form): number => (forms.includes(form) ? 1 : 0);
          return `+CMD:${index},"AT${name}",${has('test')},${has('query')},${has('set')},${has('run')}\r\n`;
        }),
      ),
  };
  const table = new CommandTable([...commands, list], personality);
  return table;
}
