import { realpathSync } from 'node:fs';

/** The port that a name such as `/dev/serial/by-id/…` stands for. */
export function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

/** Whether a path names a pseudo-terminal of Linux or macOS, also by a link to it. */
export function isPseudoTerminal(path: string): boolean {
  return /^\/dev\/(?:pts\/\d+|ttys\d{3})$/.test(realPath(path));
}
