import type { PrintKind, ProgramHost } from '../playground/run/programHost';

/** Sends what the program prints to the page. */
export function installConsole(host: ProgramHost): void {
  const prints =
    (kind: PrintKind) =>
    (...values: unknown[]): void =>
      host.print(kind, values);
  Object.assign(console, {
    log: prints('log'),
    info: prints('log'),
    debug: prints('log'),
    table: prints('log'),
    dir: prints('log'),
    group: prints('log'),
    warn: prints('error'),
    error: prints('error'),
    trace: prints('log'),
  });
}
