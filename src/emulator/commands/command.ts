import type { Observable } from 'rxjs';

import type { Argument, CommandLine, Form } from '../firmware/commandLine';
import type { Core } from '../firmware/platform';
import type { FaultState } from '../simulation/faults';
import type { Input } from '../line/input';
import type { Links } from '../links/virtualLinks';
import type { Print } from '../line/output';
import type { Personality } from '../firmware/personality';
import { Refusal, errorCode } from '../firmware/refusal';
import type { ListeningServer } from '../links/listeningServer';
import type { Station } from '../modem/virtualStation';

/** The whole modem, as a command's handler sees it. */
export interface Context extends Core {
  readonly input: Input;
  readonly links: Links;
  readonly server: ListeningServer;
  readonly station: Station;
  readonly faults: FaultState;
  /** The addresses of those who have joined the modem's own network, by MAC. */
  readonly stations: Map<string, string>;
  readonly control: Control;
}

export interface Control {
  /** The result of a command that prints its own: the command is over before its last print reaches the host. */
  result(print: Print): Observable<Print>;
  /** Does something that goes on after the command's result, until it is done or the chip is reset. */
  background(task$: Observable<Print>): void;
  /** From here to the end of the command, a line is answered with the word for a busy sender. */
  sending(): void;
  /** Restarts the chip once all that was printed has gone out. */
  restart(): void;
  /** Takes no bytes from the line, or takes them again. */
  holdInput(hold: boolean): void;
  /** Changes the speed of the line once all that was printed has gone out. */
  changeBaud(baud: number): void;
  /** Leaves the access point, closing the links. */
  leave(): void;
  /** Sleeps so many ms, hearing nothing, and wakes by a reset; 0: until somebody else resets it. */
  sleep(duration: number): void;
}

/** A command as it was called. */
export interface Call {
  /** The name as asked, suffix included: answers carry it. */
  readonly name: string;
  readonly args: Arguments;
  /** Change the flash. */
  readonly persist: boolean;
  /** Ask the flash, not the settings in use. */
  readonly saved: boolean;
}

/**
 * What a firmware understands. Each form of a command makes a cold observable of what it prints. Completing means `OK`,
 * which the executor prints unless the command prints its own result; a {@link Refusal} means `ERROR` or `FAIL`.
 */
export interface Command {
  /** In capitals, without `AT`. */
  readonly name: string;
  /** The first AT version of each family that has it; a family left out never had it. */
  readonly since?: { readonly N?: number; readonly E?: number };
  /** Forms that only one family has. */
  readonly only?: Readonly<Partial<Record<Form, 'N' | 'E'>>>;
  /** NonOS has it as `_CUR` and `_DEF` `too`, or `only` so; `always`: `too`, in ESP-AT as well. */
  readonly suffixes?: 'too' | 'only' | 'always';
  run?(context: Context, call: Call): Observable<Print>;
  query?(context: Context, call: Call): Observable<Print>;
  test?(context: Context, call: Call): Observable<Print>;
  set?(context: Context, call: Call): Observable<Print>;
  /** The forms that print their own result. */
  readonly ownResult?: readonly Form[];
  /** Done once the `OK` has been printed. */
  after?(context: Context, call: Call): void;
}

const forms: readonly Form[] = ['test', 'query', 'set', 'run'];

/** The commands of one firmware. */
export class CommandTable {
  private readonly commands: ReadonlyMap<string, Command>;

  constructor(
    commands: readonly Command[],
    private readonly personality: Personality,
  ) {
    const present = commands.filter(({ since }) => {
      const first = since === undefined ? 0 : since[personality.family];
      return first !== undefined && first <= personality.level;
    });
    this.commands = new Map(present.map((command) => [command.name, command]));
  }

  /** Every command, as `AT+CMD?` lists it: which forms it has. */
  get list(): readonly { readonly name: string; readonly forms: readonly Form[] }[] {
    return [...this.commands.values()].map((command) => ({
      name: command.name,
      forms: forms.filter((form) => this.has(command, form)),
    }));
  }

  /** Whether this firmware has a command of this name, suffix left out. */
  knows(base: string): boolean {
    return this.commands.has(base);
  }

  /**
   * The command of a line and how it was called.
   *
   * @throws Refusal if this firmware has no such command, or not in this form.
   */
  find(line: CommandLine, store: boolean): { command: Command; call: Call } {
    const [, base = line.name, suffix = ''] = /^(.*?)(_CUR|_DEF)?$/.exec(line.name) ?? [];
    const command = this.commands.get(base);
    if (command === undefined || !this.has(command, line.form)) throw new Refusal('', errorCode.unsupported);
    const { suffixes } = this.personality;
    const taken = suffixes && command.suffixes !== undefined;
    if (suffix === '' ? taken && command.suffixes === 'only' : !taken && command.suffixes !== 'always') {
      throw new Refusal('', errorCode.unsupported);
    }
    const persist = suffixes ? suffix !== '_CUR' : store;
    const call = { name: line.name, args: new Arguments(line.args), persist, saved: suffix === '_DEF' };
    return { command, call };
  }

  private has(command: Command, form: Form): boolean {
    const { [form]: family = this.personality.family } = command.only ?? {};
    return command[form] !== undefined && family === this.personality.family;
  }
}

/** A call's arguments, checked as they are asked for. Each method throws a Refusal for what does not fit. */
export class Arguments {
  constructor(private readonly args: readonly (Argument | undefined)[]) {}

  get count(): number {
    return this.args.length;
  }

  /** At most so many. */
  limit(most: number): void {
    if (this.args.length > most) throw new Refusal('', errorCode.count);
  }

  has(index: number): boolean {
    return this.args[index] !== undefined;
  }

  isText(index: number): boolean {
    return this.args[index]?.quoted === true;
  }

  number(index: number, low: number, high: number, words = ''): number {
    const arg = this.args[index];
    if (arg === undefined) throw new Refusal(words || 'Miss param', errorCode.count);
    if (arg.quoted || !/^-?\d{1,10}$/.test(arg.text)) throw new Refusal(words, errorCode.type);
    const value = Number(arg.text);
    if (value < low || value > high) throw new Refusal(words, errorCode.invalid);
    return value;
  }

  flag(index: number): boolean {
    return this.number(index, 0, 1) === 1;
  }

  text(index: number, longest: number, words = ''): string {
    const arg = this.args[index];
    if (arg === undefined) throw new Refusal(words || 'Miss param', errorCode.count);
    if (!arg.quoted) throw new Refusal(words, errorCode.type);
    if (arg.text.length > longest) throw new Refusal(words, errorCode.length);
    return arg.text;
  }
}
