import { colour, type ColourName } from '../theme/theme';

/** The colours and the fonts of the theme that is used now, as a canvas wants them. */
export type Palette = Readonly<Record<ColourName | 'mono' | 'sans', string>>;

const names: readonly ColourName[] = [
  ...(['ground', 'surface', 'edge', 'text', 'muted', 'accent'] as const),
  ...(['to-modem', 'from-modem', 'link', 'error', 'note'] as const),
];

/** Reads the colours. It makes the browser compute styles, so it is done once for a theme and not for each frame. */
export function readPalette(): Palette {
  const colours = Object.fromEntries(names.map((name) => [name, colour(name)])) as Record<ColourName, string>;
  const style = getComputedStyle(document.documentElement);
  const family = (name: string) => style.getPropertyValue(name).trim();
  return { ...colours, mono: `11px ${family('--mono')}`, sans: `11px ${family('--sans')}` };
}
