import { of } from 'rxjs';

import type { Arguments } from '../firmware/arguments';
import { errorCode, Refusal } from '../firmware/refusal';
import type { LinkSettings } from '../firmware/settings';
import { linkCount } from '../links/virtualLinks';
import type { Modem } from '../modem/modem';
import type { Command } from './command';

export interface PlainSettingOptions extends Pick<Command, 'name' | 'since' | 'suffixes' | 'only' | 'test'> {
  /** The text that a query shows before anything has been set. */
  readonly initial: string;
  /** Returns the text that a query shows for these arguments. Throws a Refusal for wrong ones. */
  readonly read: (args: Arguments, modem: Modem) => string;
  /** The text that a query prints between the name and the value. Default `:`. */
  readonly separator?: ':' | '=';
  /** Whether the flash is changed: when `asked` to (by `_DEF` or `SYSSTORE`), `always`, or `never` (the default). */
  readonly saved?: 'asked' | 'always' | 'never';
}

/** A command that keeps a setting and shows it. The setting has no other effect here. */
export function plainSetting({
  initial,
  read,
  separator = ':',
  saved = 'never',
  ...command
}: PlainSettingOptions): Command {
  const { name } = command;
  return {
    ...command,
    query: ({ memory }, call) => of(`${call.name}${separator}${memory.of(call.saved).plain[name] ?? initial}\r\n`),
    set: (modem, call) => {
      const { settings, flash } = modem.memory;
      const value = read(call.args, modem);
      settings.plain = { ...settings.plain, [name]: value };
      const isSaved = saved === 'always' || (saved === 'asked' && call.persist);
      if (isSaved) flash.plain = { ...flash.plain, [name]: value };
    },
  };
}

export interface LinkSettingOptions extends Pick<Command, 'name' | 'since' | 'only'> {
  /** Returns the changes that the arguments from `first` on make. Throws a Refusal for wrong ones. */
  readonly read: (args: Arguments, first: number) => Partial<LinkSettings>;
  /** Returns the text that a query shows for one link. */
  readonly show: (settings: LinkSettings) => string;
}

/** A setting of each link. With several links the first argument is the number, or 5 for all. A query shows all links. */
export function linkSetting({ read, show, ...command }: LinkSettingOptions): Command {
  return {
    ...command,
    query: ({ memory }, { name }) => of(...memory.settings.ofLinks.map((of, id) => `${name}:${id},${show(of)}\r\n`)),
    set: ({ memory }, { args }) => {
      const { mux, ofLinks } = memory.settings;
      if (mux && args.isText(0)) throw new Refusal('MUX=1', errorCode.type);
      const which = mux ? args.number(0, 0, linkCount, 'ID ERROR') : 0;
      const changes = read(args, mux ? 1 : 0);
      memory.settings.ofLinks = ofLinks.map((settings, id) =>
        id === which || which === linkCount ? { ...settings, ...changes } : settings,
      );
    },
  };
}
