import { useState } from 'preact/hooks';

import { useIsPhone } from '../app/useIsPhone';
import { useObservable } from '../app/useObservable';
import { type Filter, isEmpty, noFilter } from '../marbles/filter';
import { kindGroups, type KindGroup } from '../marbles/marbleKinds';
import { messageOf } from '../notices/messageOf';
import { Choice } from './Choice';
import type { Found, LanesView } from './lanesView';
import { Menu } from './Menu';

const groups = Object.keys(kindGroups) as readonly KindGroup[];
const links = [0, 1, 2, 3, 4];

/** Finds marbles by their text, their kind and their link. On a phone, it is one button, which opens the rest. */
export function FilterBar({ view }: { readonly view: LanesView }) {
  const isPhone = useIsPhone();
  const filter = useObservable(view.filter$, noFilter);
  const found = useObservable(view.found$, undefined);
  const [text, setText] = useState('');
  const [problem, setProblem] = useState<string>();
  const use = (changed: Partial<Filter>) => {
    try {
      view.setFilter({ ...filter, ...changed });
      setProblem(undefined);
    } catch (error) {
      setProblem(messageOf(error));
    }
  };
  const search = (wanted: string) => {
    setText(wanted);
    use({ text: wanted });
  };
  const fields = (
    <>
      <input
        type="search"
        value={text}
        placeholder="Find: text or /regex/"
        aria-label="Text or /regular expression/ to find"
        aria-invalid={problem !== undefined}
        aria-describedby="filter-result"
        onInput={(event) => search(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter') view.moveMatch(event.shiftKey ? -1 : 1);
        }}
      />
      <Choice
        name="Kinds"
        all={groups}
        chosen={filter.groups}
        label={(group) => kindGroups[group]}
        choose={(some) => use({ groups: some })}
      />
      <Choice
        name="Links"
        all={links}
        chosen={filter.links}
        label={(link) => `Link ${link}`}
        choose={(some) => use({ links: some })}
      />
      <button
        type="button"
        aria-pressed={filter.isErrorsOnly}
        onClick={() => use({ isErrorsOnly: !filter.isErrorsOnly })}
      >
        Errors
      </button>
      {found && (
        <>
          <button
            type="button"
            aria-pressed={filter.isHiding}
            title="Hide the others instead of dimming them"
            onClick={() => use({ isHiding: !filter.isHiding })}
          >
            Hide others
          </button>
          <button
            type="button"
            aria-label="Previous match"
            title="Previous match (Shift+N)"
            onClick={() => view.moveMatch(-1)}
          >
            ‹
          </button>
          <button type="button" aria-label="Next match" title="Next match (N)" onClick={() => view.moveMatch(1)}>
            ›
          </button>
        </>
      )}
      <span id="filter-result" class={problem === undefined ? 'muted' : 'problem'} role="status">
        {problem ?? (found && foundText(found))}
      </span>
    </>
  );
  return (
    <div class="lanes-tools" role="search" aria-label="Filter">
      {isPhone ? (
        <Menu name="Filter" isInUse={!isEmpty(filter)}>
          {fields}
        </Menu>
      ) : (
        fields
      )}
    </div>
  );
}

/** How many marbles match, with a `+` while they are still counted. */
function foundText({ count, isComplete }: Found): string {
  return `${count.toLocaleString('en')}${isComplete ? '' : '+'} ${count === 1 ? 'match' : 'matches'}`;
}
