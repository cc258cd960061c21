import { longWords } from '../../marbles/marbleWords';
import { type Row, rulerHeight } from './laneRows';
import { paintBands } from './paintBands';
import { paintMarbles, paintOne } from './paintMarbles';
import { ticks, timeLabel } from './ruler';
import { type Scene, xOf } from './scene';

type Pen = CanvasRenderingContext2D;

/** Draws everything. What it costs depends on the pixels, not on the number of marbles. */
export function paintFrame(pen: Pen, scene: Scene): void {
  const { width, height, palette, scrolled } = scene;
  pen.globalAlpha = 1;
  pen.fillStyle = palette.surface;
  pen.fillRect(0, 0, width, height);
  const marks = ticks(scene.range, width);
  pen.fillStyle = palette.edge;
  for (const { time } of marks) pen.fillRect(Math.round(xOf(scene, time)), rulerHeight, 1, height);
  for (const row of scene.rows) {
    const y = rulerHeight + row.top - scrolled;
    if (y + row.height > rulerHeight && y < height) paintRow(pen, scene, row, y);
  }
  paintMarked(pen, scene);
  paintRuler(pen, scene, marks);
  paintCursor(pen, scene);
}

function paintRow(pen: Pen, scene: Scene, row: Row, y: number): void {
  const { palette, width } = scene;
  pen.fillStyle = palette.edge;
  pen.fillRect(0, Math.round(y + row.height) - 1, width, 1);
  paintBands(pen, scene, row, y);
  paintMarbles(pen, scene, row, y);
}

function paintRuler(pen: Pen, { width, palette, ...scene }: Scene, marks: ReturnType<typeof ticks>): void {
  pen.fillStyle = palette.ground;
  pen.fillRect(0, 0, width, rulerHeight);
  pen.fillStyle = palette.edge;
  pen.fillRect(0, rulerHeight - 1, width, 1);
  pen.font = palette.sans;
  for (const { time, label } of marks) {
    const x = Math.round(xOf({ ...scene, width }, time));
    pen.fillStyle = palette.edge;
    pen.fillRect(x, 0, 1, rulerHeight);
    pen.fillStyle = palette.muted;
    pen.fillText(label, x + 4, 15);
  }
}

/** Draws the selected marble and the one under the pointer again, larger and with a ring. */
function paintMarked(pen: Pen, scene: Scene): void {
  for (const number of [scene.hovered, scene.selected]) {
    if (number === undefined || !scene.marbles.has(number)) continue;
    const lane = scene.marbles.lane(number);
    const row = scene.rows.find((one) => one.lane === lane);
    if (!row) continue;
    const x = xOf(scene, scene.marbles.time(number));
    const y = rulerHeight + row.top - scene.scrolled + row.height / 2;
    if (number === scene.selected) {
      pen.fillStyle = scene.palette.accent;
      pen.fillRect(Math.round(x), rulerHeight, 1, scene.height);
    }
    pen.fillStyle = scene.palette.surface;
    pen.strokeStyle = number === scene.selected ? scene.palette.accent : scene.palette.muted;
    pen.lineWidth = 2;
    pen.beginPath();
    pen.arc(x, y, 9, 0, 2 * Math.PI);
    pen.fill();
    pen.stroke();
    paintOne(pen, scene, number, y, 6);
  }
}

/** Draws the line under the pointer with its time, and what the marble there is. */
function paintCursor(pen: Pen, scene: Scene): void {
  const { cursor, hovered, palette, marbles } = scene;
  if (cursor === undefined) return;
  const x = xOf(scene, cursor);
  pen.fillStyle = palette.muted;
  pen.fillRect(Math.round(x), 0, 1, scene.height);
  paintTag(pen, scene, timeLabel(cursor), x, 2);
  if (hovered === undefined) return;
  const lane = marbles.lane(hovered);
  const row = scene.rows.find((one) => one.lane === lane);
  if (!row) return;
  const below = rulerHeight + row.top - scene.scrolled + row.height;
  const y = below + 20 > scene.height ? below - row.height - 20 : below + 2;
  paintTag(pen, scene, longWords(marbles, hovered), xOf(scene, marbles.time(hovered)), y);
}

function paintTag(pen: Pen, { palette, width }: Scene, text: string, x: number, y: number): void {
  pen.font = palette.mono;
  const shown = text.length > 100 ? `${text.slice(0, 99)}…` : text;
  const room = pen.measureText(shown).width + 12;
  const left = Math.max(0, Math.min(x + 4, width - room));
  pen.fillStyle = palette.text;
  pen.fillRect(left, y, room, 18);
  pen.fillStyle = palette.surface;
  pen.fillText(shown, left + 6, y + 13);
}
