import { BehaviorSubject, type Observable } from 'rxjs';

import type { ProgramFiles } from './programHost';

/** A file of the page. */
export interface PageFile {
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** The files that programs have saved, for other programs and for the user. They are there until the page is closed. */
export class PageFiles implements ProgramFiles {
  /** The files, the latest one first; replays. */
  readonly all$: Observable<readonly PageFile[]>;

  private readonly all = new BehaviorSubject<readonly PageFile[]>([]);

  constructor() {
    this.all$ = this.all.asObservable();
  }

  read(name: string): Uint8Array | undefined {
    return this.all.value.find((file) => file.name === name)?.bytes;
  }

  write(name: string, bytes: Uint8Array): void {
    const file = { name, bytes: new Uint8Array(bytes) };
    this.all.next([file, ...this.all.value.filter((other) => other.name !== name)]);
  }
}
