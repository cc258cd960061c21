import { Jimp } from 'jimp';

/** The size of a terminal, and whether it has colours. */
export interface Screen {
  readonly columns: number;
  readonly rows: number;
  readonly colours: boolean;
}

/** From dark to bright. */
const shades = ' .:-=+*#%@';

/** Standard output; the size is missing when it is not a terminal. */
interface Output {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
}

/** The size of the terminal, or a small one for a file or a pipe. */
export function screenOf({ isTTY = false, columns = 60, rows = 30 }: Output, env: NodeJS.ProcessEnv): Screen {
  const { NO_COLOR = '', TERM } = env;
  return { columns, rows: rows - 4, colours: isTTY && NO_COLOR === '' && TERM !== 'dumb' };
}

/** A decoded picture: red, green, blue and opacity of each pixel. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly data: Buffer;
}

/**
 * Decodes BMP, JPEG, PNG, GIF or TIFF.
 *
 * @throws Error (rejection) for a file that is not a picture.
 */
export async function readPicture(file: Buffer): Promise<Picture> {
  try {
    return (await Jimp.read(file)).bitmap;
  } catch (cause) {
    throw new Error('This is not a picture that can be shown: not BMP, JPEG or PNG, or damaged.', { cause });
  }
}

/** A picture as text: half blocks in colour, two pixels each, or letters. */
export function renderPicture(picture: Picture, { columns, rows, colours }: Screen): string {
  const image = new Jimp({ ...picture });
  // A cell of a terminal is about twice as high as it is wide.
  const scale = Math.min(1, columns / image.width, (2 * rows) / image.height);
  const width = Math.max(1, Math.floor(image.width * scale));
  const lines = Math.max(1, Math.floor((image.height * scale) / 2));
  image.resize({ w: width, h: colours ? 2 * lines : lines });

  const pixel = (x: number, y: number): [red: number, green: number, blue: number] => {
    const at = 4 * (y * width + x);
    const { data } = image.bitmap;
    return [data[at] ?? 0, data[at + 1] ?? 0, data[at + 2] ?? 0];
  };
  const halfBlock = (x: number, line: number): string =>
    `\x1b[38;2;${pixel(x, 2 * line).join(';')}m\x1b[48;2;${pixel(x, 2 * line + 1).join(';')}m▀`;
  const letter = (x: number, line: number): string => {
    const [red, green, blue] = pixel(x, line);
    const brightness = (0.3 * red + 0.59 * green + 0.11 * blue) / 256;
    return shades.charAt(Math.floor(brightness * shades.length));
  };

  return Array.from({ length: lines }, (_, line) => {
    const cells = Array.from({ length: width }, (__, x) => (colours ? halfBlock(x, line) : letter(x, line)));
    return colours ? `${cells.join('')}\x1b[0m` : cells.join('').trimEnd();
  }).join('\n');
}
