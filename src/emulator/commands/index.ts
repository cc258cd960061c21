import { of } from 'rxjs';

import { CommandTable } from '../command';
import type { Command } from '../command';
import type { Personality } from '../personality';
import { addressCommands } from './address';
import { clockCommands } from './clock';
import { linkCommands } from './links';
import { receiveCommands } from './receive';
import { sendCommands } from './send';
import { sendBufferCommands } from './sendBuffer';
import { serverCommands } from './server';
import { systemCommands } from './system';
import { wifiCommands } from './wifi';

/** All commands of one firmware. */
export function commandsOf(personality: Personality): CommandTable {
  const commands: readonly Command[] = [
    ...systemCommands,
    ...wifiCommands,
    ...addressCommands,
    ...clockCommands,
    ...linkCommands,
    ...sendCommands,
    ...sendBufferCommands,
    ...receiveCommands,
    ...serverCommands,
  ];
  const list: Command = {
    name: '+CMD',
    since: { E: 2.2 },
    query: () => of(...table.names.map((name, index) => `+CMD:${index},"AT${name}",0,1,0,1\r\n`)),
  };
  const table = new CommandTable([...commands, list], personality);
  return table;
}
