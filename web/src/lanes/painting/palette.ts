import { colour, type ColourName } from '../../theme/theme';

/** The colours and the fonts of the theme that is used now, as a canvas wants them. */
export type Palette = Readonly<Record<ColourName | 'mono' | 'sans', string>> & {
  /** Lines aslant, which are not mistaken for a colour: a stall. */
  readonly hatch: CanvasPattern | string;
};

/** How far the lines of the hatch are apart, in pixels. */
const hatchStep = 6;

const names: readonly ColourName[] = [
  ...(['ground', 'surface', 'edge', 'text', 'muted', 'accent'] as const),
  ...(['to-modem', 'from-modem', 'link', 'error', 'note'] as const),
];

/** Reads the colours. It makes the browser compute styles, so it is done once for a theme and not for each frame. */
export function readPalette(): Palette {
  const colours = Object.fromEntries(names.map((name) => [name, colour(name)])) as Record<ColourName, string>;
  const style = getComputedStyle(document.documentElement);
  const family = (name: string) => style.getPropertyValue(name).trim();
  return {
    ...colours,
    hatch: hatchOf(colours.note),
    mono: `11px ${family('--mono')}`,
    sans: `11px ${family('--sans')}`,
  };
}

/** A pattern is filled many times faster than its lines are drawn. */
function hatchOf(colour: string): CanvasPattern | string {
  const tile = document.createElement('canvas');
  tile.width = tile.height = hatchStep;
  const pen = tile.getContext('2d');
  if (!pen) return colour;
  pen.globalAlpha = 0.14;
  pen.fillStyle = colour;
  pen.fillRect(0, 0, hatchStep, hatchStep);
  pen.globalAlpha = 0.55;
  pen.strokeStyle = colour;
  pen.beginPath();
  // The line goes over the corners, so that it continues in the tiles beside.
  for (const shift of [-hatchStep, 0, hatchStep]) {
    pen.moveTo(shift - 1, hatchStep + 1);
    pen.lineTo(shift + hatchStep + 1, -1);
  }
  pen.stroke();
  return pen.createPattern(tile, 'repeat') ?? colour;
}
