import { of } from 'rxjs';

import { type Command, CommandTable } from './command';
import type { Form } from '../firmware/commandLine';
import type { Personality } from '../firmware/personality';
import { addressCommands } from './addressCommands';
import { clockCommands } from './clockCommands';
import { firmwareCommands } from './firmwareCommands';
import { linkCommands } from './linkCommands';
import { pinCommands } from './pinCommands';
import { powerCommands } from './powerCommands';
import { provisioningCommands } from './provisioningCommands';
import { receiveCommands } from './receiveCommands';
import { scanCommands } from './scanCommands';
import { sendCommands } from './sendCommands';
import { sendBufferCommands } from './sendBufferCommands';
import { serverCommands } from './serverCommands';
import { softApCommands } from './softApCommands';
import { systemCommands } from './systemCommands';
import { tlsCommands } from './tlsCommands';
import { wifiCommands } from './wifiCommands';

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
