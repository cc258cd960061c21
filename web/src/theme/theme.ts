import { Observable } from 'rxjs';

import { remember, remembered } from '../app/remembered';

/** What the user has chosen. `system` follows the settings of the browser. */
export type ThemeChoice = 'system' | 'light' | 'dark';

/** A colour with one meaning. They are defined in colours.css. */
export type ColourName =
  'ground' | 'surface' | 'edge' | 'text' | 'muted' | 'accent' | 'to-modem' | 'from-modem' | 'link' | 'error' | 'note';

const rememberedAs = 'theme';
const themes: readonly ThemeChoice[] = ['system', 'light', 'dark'];

/** The theme that is used now. Tells of each change, such as for a canvas that has to be drawn again. */
export const theme$ = new Observable<'light' | 'dark'>((subscriber) => {
  const root = document.documentElement;
  const tell = () => subscriber.next(root.dataset['theme'] === 'dark' ? 'dark' : 'light');
  const observer = new MutationObserver(tell);
  observer.observe(root, { attributeFilter: ['data-theme'] });
  tell();
  return () => observer.disconnect();
});

/** A colour of the theme that is used now, as a CSS colour. */
export function colour(name: ColourName): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

/** What was chosen last time. */
export function rememberedTheme(): ThemeChoice {
  return themes.find((choice) => choice === remembered(rememberedAs)) ?? 'system';
}

/** Uses a theme, and goes on to follow the browser's settings if it is `system`. Call the returned function to end that. */
export function applyTheme(choice: ThemeChoice): () => void {
  const prefersDark = matchMedia('(prefers-color-scheme: dark)');
  const apply = () => {
    const isDark = choice === 'system' ? prefersDark.matches : choice === 'dark';
    document.documentElement.dataset['theme'] = isDark ? 'dark' : 'light';
  };
  apply();
  prefersDark.addEventListener('change', apply);
  return () => prefersDark.removeEventListener('change', apply);
}

export function rememberTheme(choice: ThemeChoice): void {
  remember(rememberedAs, choice);
}
