import type { Shape } from '../../marbles/marbleKinds';

type Pen = CanvasRenderingContext2D;

/** Draws the shape of a marble around a point, `radius` pixels large, in the colours that the pen has. */
export function drawShape(pen: Pen, shape: Shape, x: number, y: number, radius: number): void {
  shapes[shape](pen, x, y, radius);
}

const shapes: Readonly<Record<Shape, (pen: Pen, x: number, y: number, radius: number) => void>> = {
  disc: (pen, x, y, radius) => {
    pen.beginPath();
    pen.arc(x, y, radius, 0, 2 * Math.PI);
    pen.fill();
  },
  ring: (pen, x, y, radius) => {
    pen.beginPath();
    pen.arc(x, y, radius - 1, 0, 2 * Math.PI);
    pen.stroke();
  },
  square: (pen, x, y, radius) => pen.fillRect(x - radius + 1, y - radius + 1, 2 * radius - 2, 2 * radius - 2),
  bar: (pen, x, y, radius) => pen.fillRect(x - 1, y - radius - 2, 2, 2 * radius + 4),
  diamond: polygon([
    [0, -1],
    [1, 0],
    [0, 1],
    [-1, 0],
  ]),
  up: polygon([
    [0, -1],
    [0.95, 0.8],
    [-0.95, 0.8],
  ]),
  down: polygon([
    [0, 1],
    [-0.95, -0.8],
    [0.95, -0.8],
  ]),
  flag: polygon([
    [-0.7, -1],
    [1, -0.4],
    [-0.3, 0.2],
    [-0.3, 1.1],
    [-0.7, 1.1],
  ]),
  cross: (pen, x, y, radius) => {
    const arm = radius - 1;
    pen.beginPath();
    pen.moveTo(x - arm, y - arm);
    pen.lineTo(x + arm, y + arm);
    pen.moveTo(x + arm, y - arm);
    pen.lineTo(x - arm, y + arm);
    pen.stroke();
  },
};

function polygon(corners: readonly (readonly [number, number])[]) {
  return (pen: Pen, x: number, y: number, radius: number) => {
    pen.beginPath();
    for (const [dx, dy] of corners) pen.lineTo(x + dx * radius, y + dy * radius);
    pen.fill();
  };
}

/** How far crosses are apart at least, in pixels. */
const crossRoom = 12;

/** The crosses of a row, from left to right, drawn at once, because a stroke costs much more than a line of it. */
export class Crosses {
  private readonly path = new Path2D();
  private last = -Infinity;
  private isEmpty = true;

  constructor(
    private readonly pen: Pen,
    private readonly colour: string,
    private readonly radius = 5,
  ) {}

  /** Adds a cross, unless there is one in the same place. */
  add(x: number, y: number): void {
    if (Math.abs(x - this.last) < crossRoom) return;
    this.last = x;
    this.put(x, y);
  }

  /** Adds a cross in any case. */
  put(x: number, y: number): void {
    this.isEmpty = false;
    const arm = this.radius - 1;
    this.path.moveTo(x - arm, y - arm);
    this.path.lineTo(x + arm, y + arm);
    this.path.moveTo(x + arm, y - arm);
    this.path.lineTo(x - arm, y + arm);
  }

  draw(): void {
    if (this.isEmpty) return;
    this.pen.lineWidth = 2;
    this.pen.strokeStyle = this.colour;
    this.pen.stroke(this.path);
  }
}
