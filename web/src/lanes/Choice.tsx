import { Menu } from './Menu';

interface ChoiceProps<T> {
  readonly name: string;
  readonly all: readonly T[];
  /** `undefined` if all are. */
  readonly chosen: ReadonlySet<T> | undefined;
  readonly label: (one: T) => string;
  readonly choose: (some: ReadonlySet<T> | undefined) => void;
}

/** Chooses some of a few things. None chosen means all of them. */
export function Choice<T extends string | number>({ name, all, chosen, label, choose }: ChoiceProps<T>) {
  const toggle = (one: T) => {
    const others = all.filter((each) => each !== one && chosen?.has(each));
    const some = chosen?.has(one) ? others : [...others, one];
    choose(some.length > 0 ? new Set(some) : undefined);
  };
  return (
    <Menu name={name} more={chosen && `(${chosen.size})`} isInUse={chosen !== undefined}>
      {all.map((one) => (
        <label key={one}>
          <input type="checkbox" checked={chosen?.has(one) ?? false} onChange={() => toggle(one)} />
          {label(one)}
        </label>
      ))}
    </Menu>
  );
}
