import type { ProgramFrame } from '../playground/run/programHost';
import { installConsole } from './console';
import { installProcess } from './process';
import { installTime } from './time';

/** Starts the program of this frame. Its modules find the time of the page in the place of the browser's. */
async function start({ programHost: host }: ProgramFrame): Promise<void> {
  if (!host) return;
  installTime(host);
  installConsole(host);
  installProcess(host);
  Object.assign(globalThis, { Buffer });
  window.addEventListener('error', (event) => {
    event.preventDefault();
    host.fail(event.error ?? event.message);
  });
  window.addEventListener('unhandledrejection', (event) => {
    event.preventDefault();
    host.fail(event.reason);
  });
  try {
    await import(/* @vite-ignore */ host.url);
  } catch (error) {
    host.fail(error);
  }
  host.evaluated();
}

if (window.frameElement) void start(window.frameElement as ProgramFrame);
