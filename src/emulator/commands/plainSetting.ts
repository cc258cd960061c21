import { EMPTY, defer, of } from 'rxjs';

import type { Arguments, Command, Context } from './command';
import { linkCount } from '../links/virtualLinks';
import { Refusal, errorCode } from '../firmware/refusal';
import type { LinkSettings } from '../firmware/settings';

export interface PlainSetting extends Pick<Command, 'name' | 'since' | 'suffixes' | 'only' | 'test'> {
  /** What a query shows before anything has been set. */
  readonly initial: string;
  /** What a query shows of the arguments from then on. Throws a Refusal for those that do not fit. */
  readonly read: (args: Arguments, context: Context) => string;
  /** What stands between the name and the value. */
  readonly separator?: ':' | '=';
  /** In the flash: as the firmware is told (`_DEF`, `SYSSTORE`), whatever it is told, or never. */
  readonly saved?: 'asked' | 'always' | 'never';
}

/** A command that keeps what it is told, shows it, and does nothing else. */
export function plainSetting({ initial, read, separator = ':', saved = 'never', ...command }: PlainSetting): Command {
  const { name } = command;
  return {
    ...command,
    query: ({ memory }, call) => {
      const { plain } = call.saved ? memory.flash : memory.settings;
      return of(`${call.name}${separator}${plain[name] ?? initial}\r\n`);
    },
    set: (context, call) =>
      defer(() => {
        const { settings, flash } = context.memory;
        const value = read(call.args, context);
        settings.plain = { ...settings.plain, [name]: value };
        const isSaved = saved === 'always' || (saved === 'asked' && call.persist);
        if (isSaved) flash.plain = { ...flash.plain, [name]: value };
        return EMPTY;
      }),
  };
}

export interface LinkSetting extends Pick<Command, 'name' | 'since' | 'only'> {
  /** What the arguments from `first` on change. Throws a Refusal for those that do not fit. */
  readonly read: (args: Arguments, first: number) => Partial<LinkSettings>;
  /** What a query shows of one link. */
  readonly show: (settings: LinkSettings) => string;
}

/** A setting of each link. With several links it is told the number, or 5 for all; shown are always all of them. */
export function linkSetting({ read, show, ...command }: LinkSetting): Command {
  return {
    ...command,
    query: ({ memory }, { name }) => of(...memory.settings.ofLinks.map((of, id) => `${name}:${id},${show(of)}\r\n`)),
    set: ({ memory }, { args }) =>
      defer(() => {
        const { mux, ofLinks } = memory.settings;
        if (mux && args.isText(0)) throw new Refusal('MUX=1', errorCode.type);
        const which = mux ? args.number(0, 0, linkCount, 'ID ERROR') : 0;
        const changes = read(args, mux ? 1 : 0);
        memory.settings.ofLinks = ofLinks.map((settings, id) =>
          id === which || which === linkCount ? { ...settings, ...changes } : settings,
        );
        return EMPTY;
      }),
  };
}
