import type { KindGroup } from './marbleKinds';

/** Which marbles are looked for. */
export interface Filter {
  /** A part of the text, in upper or lower case, or a regular expression between slashes. Empty for all. */
  readonly text: string;
  /** `undefined` for all. */
  readonly groups: ReadonlySet<KindGroup> | undefined;
  /** `undefined` for all, and for marbles without a link. */
  readonly links: ReadonlySet<number> | undefined;
  readonly isErrorsOnly: boolean;
  /** Whether the other marbles are not drawn at all. Otherwise they are dimmed. */
  readonly isHiding: boolean;
}

export const noFilter: Filter = { text: '', groups: undefined, links: undefined, isErrorsOnly: false, isHiding: false };

/** Whether all marbles pass. */
export function isEmpty({ text, groups, links, isErrorsOnly }: Filter): boolean {
  return text === '' && !groups && !links && !isErrorsOnly;
}

/** Makes the test of a text. Throws a `SyntaxError` for a regular expression that is none. */
export function textTest(wanted: string): (text: string) => boolean {
  const [, source, flags] = /^\/(.+)\/([imsu]*)$/.exec(wanted) ?? [];
  if (source !== undefined) {
    const expression = new RegExp(source, flags);
    return (text) => expression.test(text);
  }
  const lower = wanted.toLowerCase();
  return (text) => text.toLowerCase().includes(lower);
}
