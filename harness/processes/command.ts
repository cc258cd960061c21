import { execFile } from 'node:child_process';

/** How a command of the machine ended. */
export interface CommandOutcome {
  readonly code: number | string | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The variables by which programs find a proxy, or leave it out. */
const proxies = ['http_proxy', 'https_proxy', 'all_proxy', 'no_proxy'].flatMap((name) => [name, name.toUpperCase()]);

/** Runs a command of the machine to its end, such as `curl`, without the proxies that the machine itself may use. */
export function runCommand(
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<CommandOutcome> {
  const without = Object.fromEntries(proxies.map((name) => [name, undefined]));
  return new Promise((resolve) => {
    execFile(
      command,
      args,
      { env: { ...process.env, ...without, ...env }, timeout: 30_000, encoding: 'latin1' },
      (error, stdout, stderr) => resolve({ code: error ? (error.code ?? error.signal ?? null) : 0, stdout, stderr }),
    );
  });
}
