import { type FirmwareVersion, firmwareVersions } from '../../src/emulator';
import { type Dialect, dialectOf } from '../../src/esp8285/commands/dialect';

/** What is measured. */
export const figureNames = ['download', 'upload', 'writes', 'echo', 'two-sockets', 'both-ways'] as const;
export type FigureName = (typeof figureNames)[number];

/**
 * How received data come: the modem pushes them, the program asks for them (passive receive), or the driver chooses. The
 * bare programs have the faster way then: pushed.
 */
export type Receive = 'adaptive' | 'pushed' | 'pulled';

/** A modem that is measured. */
export interface Setting {
  /** The version of its AT commands. */
  readonly firmware: string;
  readonly receive: Receive;
  readonly baud: number;
  /** The line of a modem of one's own. Without it, the modem is virtual. */
  readonly port?: string;
}

/** A virtual modem. */
export interface VirtualSetting extends Setting {
  readonly firmware: FirmwareVersion;
}

export function isVirtual(setting: Setting): setting is VirtualSetting {
  return setting.port === undefined;
}

/** All virtual modems with these speeds of the line. */
export function settingsOf(bauds: readonly number[]): readonly VirtualSetting[] {
  return bauds.flatMap((baud) => firmwareVersions.flatMap((firmware) => settingsWith({ firmware, baud })));
}

/** A modem with each way in which it hands data over. */
export function settingsWith<T extends Omit<Setting, 'receive'>>(modem: T): readonly (T & Pick<Setting, 'receive'>)[] {
  const receives: readonly Receive[] = canPull(modem) ? ['pushed', 'pulled', 'adaptive'] : ['pushed'];
  return receives.map((receive) => ({ ...modem, receive }));
}

const abilitiesOf = (firmware: string): Dialect => dialectOf([`AT version:${firmware}`]);

/** Whether the firmware can hold back what it receives (passive receive), as the driver takes it from the version. */
export const canPull = ({ firmware }: Pick<Setting, 'firmware'>): boolean => abilitiesOf(firmware).passiveReceive;

/** Whether the firmware sends in segments (`AT+CIPSENDBUF`). */
export const canSendSegments = ({ firmware }: Pick<Setting, 'firmware'>): boolean => abilitiesOf(firmware).sendBuffer;

/** What travels for a figure. Sizes are in bytes. */
export interface Task {
  readonly figure: FigureName;
  readonly sockets: number;
  /** What each socket receives. */
  readonly down: number;
  /** What each socket sends. */
  readonly up: number;
  /** The size of each write. */
  readonly write: number;
  /** How often one byte goes there and back. */
  readonly rounds: number;
}

/** The most bytes of one `AT+CIPSEND`. */
export const block = 2048;

/** The bytes of a segment (`AT+CIPSENDBUF`): two of them fill the send buffer of NonOS. */
export const segmentBytes = 1460;

/** The bytes that a line carries in some seconds: ten bits each, with the start bit and the stop bit. */
export const lineBytes = (baud: number, seconds: number): number => Math.round((baud / 10) * seconds);

/** Makes the task of a figure so that it takes about so many seconds at the speed of the line. */
export function taskOf(figure: FigureName, baud: number, seconds: number): Task {
  const size = lineBytes(baud, seconds);
  const half = Math.round(size / 2);
  const task: Task = { figure, sockets: 1, down: 0, up: 0, write: block, rounds: 0 };
  switch (figure) {
    case 'download':
      return { ...task, down: size };
    case 'upload':
      return { ...task, up: size };
    case 'writes':
      return { ...task, up: half, write: 64 };
    case 'echo':
      return { ...task, write: 1, rounds: Math.max(2, Math.round(50 * seconds)) };
    case 'two-sockets':
      return { ...task, sockets: 2, down: half };
    case 'both-ways':
      return { ...task, down: half, up: half };
  }
}

/**
 * In how many turns of all programs a figure is measured, and how many seconds each takes. Three turns for an echo, because its
 * times are compared to a part of a millisecond, and those of the machine change by more within some seconds.
 */
export const turnsOf = (figure: FigureName, seconds: number): { readonly turns: number; readonly each: number } =>
  figure === 'echo' && seconds >= 1 ? { turns: 3, each: 1 } : { turns: 1, each: seconds };

/** The bytes that a task carries in the direction that has more of them. */
export const bytesOf = ({ sockets, down, up }: Task): number => sockets * Math.max(down, up);
