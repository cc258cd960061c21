/** What an error says, also one that is no `Error`. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** A wrong argument as an error shows it: `'5'` for a text, which is otherwise taken for a number. */
export function shownValue(value: unknown): string {
  return typeof value === 'string' ? `the text '${value}'` : String(value);
}
