import type { FaultArgument } from 'rx-usocket/emulator';

import { messageOf } from '../notices/messageOf';
import { argumentLabels, textOf } from './faultTexts';
import { type FieldTexts, givenFault } from './givenFault';

interface FaultFormProps {
  readonly kind: string;
  readonly table: Readonly<Record<string, FaultArgument>>;
  readonly give: (title: string, fault: Readonly<Record<string, unknown>>) => void;
  readonly refuse: (why: string) => void;
}

/** A fault with its arguments. */
export function FaultForm({ kind, table, give, refuse }: FaultFormProps) {
  const { title, does, defaults = {} } = textOf(kind);
  const submit = (form: HTMLFormElement): void => {
    try {
      give(title, givenFault(kind, table, Object.fromEntries(new FormData(form)) as FieldTexts));
    } catch (error) {
      refuse(messageOf(error));
    }
  };
  return (
    <form
      class="fault"
      aria-label={title}
      onSubmit={(event) => {
        event.preventDefault();
        submit(event.currentTarget);
      }}
    >
      <button type="submit">{title}</button>
      <p class="muted">{does}</p>
      {Object.keys(table).length > 0 && (
        <div class="fault-arguments">
          {Object.entries(table).map(([name, argument]) => (
            <Field key={name} name={name} argument={argument} usual={defaults[name]} />
          ))}
        </div>
      )}
    </form>
  );
}

interface FieldProps {
  readonly name: string;
  readonly argument: FaultArgument;
  readonly usual: string | undefined;
}

function Field({ name, argument, usual = '' }: FieldProps) {
  const label = argumentLabels[name] ?? name;
  if (argument === 'flag') {
    return (
      <label>
        <input type="checkbox" name={name} /> {label}
      </label>
    );
  }
  if (typeof argument !== 'string') {
    return (
      <label>
        {label}{' '}
        <select name={name}>
          <option value="">{usual === '' ? 'as usual' : usual}</option>
          {argument
            .filter((word) => word !== usual)
            .map((word) => (
              <option key={word} value={word}>
                {word}
              </option>
            ))}
        </select>
      </label>
    );
  }
  const isNumber = argument !== 'line';
  // As wide as what it holds: several stand beside each other.
  const size = isNumber ? Math.max(4, usual.length) : 12;
  return (
    <label>
      {label} <input name={name} inputMode={isNumber ? 'numeric' : 'text'} size={size} placeholder={usual} />
    </label>
  );
}
