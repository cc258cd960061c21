import { type Colour, writeBitmap } from './bitmap';

/** The colour of a pixel; `undefined` where the layers behind show. */
type Layer = (x: number, y: number) => Colour | undefined;

const width = 240;
const height = 160;
const horizon = 104;
const sun = { x: 158, y: 88, radius: 17 };

/** From the front to the back. */
const scene: readonly Layer[] = [hull, sails, glitter, sea, nearHills, farHills, disc, sky];

/** Draws a sailing boat before a sunset, 240 × 160 pixels of 24 bits, with the same bytes each time. */
export function drawSunset(): Buffer {
  return writeBitmap(width, height, colourAt);
}

function colourAt(x: number, y: number): Colour {
  for (const layer of scene) {
    const colour = layer(x, y);
    if (colour) return colour;
  }
  return [0, 0, 0];
}

function sky(x: number, y: number): Colour {
  const glow = Math.exp(-Math.hypot(x - sun.x, y - sun.y) / 42);
  const evening = blend([58, 42, 98], [244, 128, 74], y / horizon);
  return blend(evening, [255, 226, 150], glow);
}

function disc(x: number, y: number): Colour | undefined {
  return Math.hypot(x - sun.x, y - sun.y) < sun.radius ? [255, 240, 190] : undefined;
}

function farHills(x: number, y: number): Colour | undefined {
  const ridge = horizon - 12 - 8 * Math.sin(x / 31 + 2) - 4 * Math.sin(x / 11);
  return y > ridge ? [134, 74, 98] : undefined;
}

function nearHills(x: number, y: number): Colour | undefined {
  const ridge = horizon + 6 - (100 - x) / 4 - 4 * Math.sin(x / 14);
  return y > ridge ? [66, 40, 70] : undefined;
}

function sea(_x: number, y: number): Colour | undefined {
  return y < horizon ? undefined : blend([196, 104, 92], [34, 30, 68], (y - horizon) / (height - horizon));
}

/** The sun on the waves, wider and wilder towards the shore. */
function glitter(x: number, y: number): Colour | undefined {
  const depth = y - horizon;
  const wave = Math.sin(x / 5 + y * y) + Math.sin(y * 1.9);
  return depth >= 0 && Math.abs(x - sun.x) < 8 + depth / 2 && wave > 0.5 ? [255, 206, 128] : undefined;
}

function sails(x: number, y: number): Colour | undefined {
  if (y < 66 || y > 117) return undefined;
  if (x === 80) return [40, 24, 30];
  const drop = y - 66;
  const main = x > 80 && x < 81 + drop * 0.55;
  const jib = x < 80 && x > 79 - (drop - 8) * 0.42;
  return main || jib ? blend([255, 250, 238], [240, 196, 170], drop / 51) : undefined;
}

function hull(x: number, y: number): Colour | undefined {
  const slope = (y - 119) * 0.9;
  return y >= 119 && y < 128 && x > 54 + slope && x < 114 - slope ? [92, 34, 30] : undefined;
}

function blend(from: Colour, to: Colour, share: number): Colour {
  const mix = (a: number, b: number): number => a + (b - a) * share;
  return [mix(from[0], to[0]), mix(from[1], to[1]), mix(from[2], to[2])];
}
