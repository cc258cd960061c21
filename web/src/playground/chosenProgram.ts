import type { LocalSource } from '../sources/localSource';
import { EditedPrograms } from './editedPrograms';
import { offeredPrograms } from './programList';
import { accessPoint } from './world/settings';

/** What a program needs to join the network of a real modem. Nothing of it is kept when the page is closed. */
export interface JoinSettings {
  readonly ssid: string;
  readonly key: string;
  /** Further arguments of the samples. */
  readonly more: string;
}

/** The program that the user has chosen and edited, and how it is run on a source. */
export class ChosenProgram {
  readonly programs = new EditedPrograms(offeredPrograms, storage());
  /** The network that it joins on a real modem. */
  join: JoinSettings = { ssid: '', key: '', more: '' };

  constructor(readonly source: LocalSource) {}

  run(): void {
    const { source, programs, join } = this;
    const { ssid, key } = source.world ? accessPoint : join;
    const baud = String(source.baud());
    const more = join.more.split(/\s+/).filter(Boolean);
    const args = programs.current.hasOptions ? ['--ssid', ssid, '--baud', baud, ...more] : [];
    void source.programs.run({
      code: programs.code,
      args,
      environment: { SSID: ssid, BAUD: baud, RX_USOCKET_KEY: key },
    });
  }
}

/** Some browsers throw here if they may keep nothing for this page. */
function storage(): Storage | undefined {
  try {
    return localStorage;
  } catch {
    return undefined;
  }
}
