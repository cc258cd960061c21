import { BehaviorSubject, type Observable } from 'rxjs';

import type { OfferedProgram } from './programList';

/** The part of the storage of a browser that is used here. */
export type Storing = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

const prefix = 'rx-usocket.program.';

/** The chosen program with the user's changes, which the browser keeps. */
export class EditedPrograms {
  /** Replays the chosen program. */
  readonly chosen$: Observable<OfferedProgram>;
  /** Replays whether the chosen program differs from the original. */
  readonly isEdited$: Observable<boolean>;

  private readonly chosen: BehaviorSubject<OfferedProgram>;
  private readonly isEdited: BehaviorSubject<boolean>;

  constructor(
    private readonly offered: readonly [OfferedProgram, ...OfferedProgram[]],
    private readonly storage: Storing | undefined,
  ) {
    const [first] = offered;
    this.chosen = new BehaviorSubject(this.offered.find(({ id }) => id === this.read('chosen')) ?? first);
    this.isEdited = new BehaviorSubject(this.code !== this.chosen.value.code);
    this.chosen$ = this.chosen.asObservable();
    this.isEdited$ = this.isEdited.asObservable();
  }

  /** The chosen program as it is offered. */
  get current(): OfferedProgram {
    return this.chosen.value;
  }

  /** The chosen program as the user has edited it. */
  get code(): string {
    const { id, code } = this.chosen.value;
    return this.read(id) ?? code;
  }

  choose(id: string): void {
    const found = this.offered.find((program) => program.id === id);
    if (!found) return;
    this.write('chosen', id);
    this.chosen.next(found);
    this.isEdited.next(this.code !== found.code);
  }

  edit(code: string): void {
    const { id, code: original } = this.chosen.value;
    this.write(id, code === original ? undefined : code);
    this.isEdited.next(code !== original);
  }

  restore(): void {
    this.edit(this.chosen.value.code);
    this.chosen.next({ ...this.chosen.value });
  }

  private read(name: string): string | undefined {
    return this.memory.get(name) ?? this.stored(() => this.storage?.getItem(prefix + name)) ?? undefined;
  }

  private write(name: string, text: string | undefined): void {
    if (text === undefined) this.memory.delete(name);
    else this.memory.set(name, text);
    this.stored(() => {
      if (text === undefined) this.storage?.removeItem(prefix + name);
      else this.storage?.setItem(prefix + name, text);
    });
  }

  /** A browser may keep nothing for this page, or be full. */
  private stored<T>(use: () => T): T | undefined {
    try {
      return use();
    } catch {
      return undefined;
    }
  }

  private readonly memory = new Map<string, string>();
}
