import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** The program of each system that opens a URL. None of them is a shell, which would take parts of a URL for its own. */
const openers: Readonly<Partial<Record<NodeJS.Platform, readonly string[]>>> = {
  darwin: ['open'],
  win32: ['rundll32', 'url.dll,FileProtocolHandler'],
};

/** Opens a URL in the browser of the user. Rejects when there is no program that does so. */
export async function openBrowser(url: string, env: NodeJS.ProcessEnv = process.env): Promise<void> {
  const [command = 'xdg-open', ...args] = openers[process.platform] ?? [];
  const opener = spawn(command, [...args, url], { env, stdio: 'ignore', detached: true });
  opener.unref();
  await once(opener, 'spawn').catch((cause: unknown) => {
    throw new Error(`${command} cannot be started; open ${url} in a browser yourself`, { cause });
  });
}
