import type { FaultArgument } from 'rx-usocket/emulator';

/** What the fields of a fault contain, as texts; a flag is `'on'`. */
export type FieldTexts = Readonly<Record<string, string>>;

/** The fault of a form. Empty fields are left out. Throws a `RangeError` for a number that is not one. */
export function givenFault(
  kind: string,
  table: Readonly<Record<string, FaultArgument>>,
  texts: FieldTexts,
): Readonly<Record<string, unknown>> {
  const given = Object.entries(table).flatMap(([name, argument]) => {
    const text = texts[name]?.trim() ?? '';
    return text === '' ? [] : [[name, valueOf(name, argument, text)] as const];
  });
  return { kind, ...Object.fromEntries(given) };
}

function valueOf(name: string, argument: FaultArgument, text: string): unknown {
  if (argument === 'flag') return true;
  if (argument === 'line' || typeof argument !== 'string') return text;
  if (/^\d+$/.test(text)) return Number(text);
  throw new RangeError(`${name}: a whole number, not ${JSON.stringify(text)}`);
}
