import { useEffect, useState } from 'preact/hooks';

import { useIsPhone } from '../app/useIsPhone';
import { applyTheme, rememberedTheme, rememberTheme, type ThemeChoice } from './theme';

/** Chooses between the light theme, the dark one, and the one of the browser. */
export function ThemeSwitch() {
  const isPhone = useIsPhone();
  const [choice, setChoice] = useState(rememberedTheme);
  useEffect(() => applyTheme(choice), [choice]);
  const choose = (chosen: ThemeChoice) => {
    rememberTheme(chosen);
    setChoice(chosen);
  };
  return (
    <label class="theme-switch">
      <span class="visually-hidden">Theme</span>
      <select value={choice} onChange={({ currentTarget }) => choose(currentTarget.value as ThemeChoice)}>
        <option value="system">{isPhone ? 'System' : 'System theme'}</option>
        <option value="light">Light</option>
        <option value="dark">Dark</option>
      </select>
    </label>
  );
}
