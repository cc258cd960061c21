import { EMPTY, of } from 'rxjs';

import { Arguments } from '../firmware/arguments';
import { type CommandLine, type Form, parseCommandLine } from '../firmware/commandLine';
import { errorCode, Refusal } from '../firmware/refusal';
import type { Action, CommandSet } from '../modem/commandRunner';
import type { Modem } from '../modem/modem';
import { addressCommands } from './addressCommands';
import { clockCommands } from './clockCommands';
import type { Call, Command } from './command';
import { firmwareCommands } from './firmwareCommands';
import { linkCommands } from './linkCommands';
import { pinCommands } from './pinCommands';
import { powerCommands } from './powerCommands';
import { provisioningCommands } from './provisioningCommands';
import { receiveCommands } from './receiveCommands';
import { scanCommands } from './scanCommands';
import { sendBufferCommands } from './sendBufferCommands';
import { sendCommands } from './sendCommands';
import { serverCommands } from './serverCommands';
import { softApCommands } from './softApCommands';
import { systemCommands } from './systemCommands';
import { tlsCommands } from './tlsCommands';
import { wifiCommands } from './wifiCommands';

/** The commands of all firmwares, in the order in which `AT+CMD?` lists them. */
const allCommands: readonly Command[] = [
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

/** The commands of one modem, which depend on its firmware. */
export class CommandTable implements CommandSet {
  private readonly commands: ReadonlyMap<string, Command>;

  constructor(private readonly modem: Modem) {
    const { family, level } = modem.personality;
    const list: Command = { name: '+CMD', since: { E: 2.2 }, query: () => of(...this.list()) };
    const present = [...allCommands, list].filter(({ since }) => {
      const first = since === undefined ? 0 : since[family];
      return first !== undefined && first <= level;
    });
    this.commands = new Map(present.map((command) => [command.name, command]));
  }

  knows(name: string): boolean {
    return this.commands.has(name);
  }

  carryOut(text: string): Action {
    const { modem } = this;
    const line = parseCommandLine(text, modem.personality.anyEscape);
    const { command, call } = this.find(line);
    return {
      prints$: command[line.form]?.(modem, call) ?? EMPTY,
      hasOwnResult: command.ownResult?.includes(line.form) === true,
      after: () => command.after?.(modem, call),
    };
  }

  private find(line: CommandLine): { command: Command; call: Call } {
    const { personality, memory } = this.modem;
    const [, base = line.name, suffix = ''] = /^(.*?)(_CUR|_DEF)?$/.exec(line.name) ?? [];
    const command = this.commands.get(base);
    if (command === undefined || !this.has(command, line.form)) throw new Refusal('', errorCode.unsupported);
    const { suffixes } = personality;
    const takesSuffix = suffixes && command.suffixes !== undefined;
    if (suffix === '' ? takesSuffix && command.suffixes === 'only' : !takesSuffix && command.suffixes !== 'always') {
      throw new Refusal('', errorCode.unsupported);
    }
    const persist = suffixes ? suffix !== '_CUR' : memory.settings.store;
    const call = { name: line.name, args: new Arguments(line.args), persist, saved: suffix === '_DEF' };
    return { command, call };
  }

  private has(command: Command, form: Form): boolean {
    const { family } = this.modem.personality;
    return command[form] !== undefined && (command.only?.[form] ?? family) === family;
  }

  /** The lines of `AT+CMD?`: which forms each command has. */
  private list(): readonly string[] {
    return [...this.commands.values()].map((command, index) => {
      const [test, query, set, run] = (['test', 'query', 'set', 'run'] as const).map((form) =>
        this.has(command, form) ? 1 : 0,
      );
      return `+CMD:${index},"AT${command.name}",${test},${query},${set},${run}\r\n`;
    });
  }
}
