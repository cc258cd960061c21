import { programBegun } from '../playground/run/insertedNames';
import type { ProgramFrame } from '../playground/run/programHost';
import { installConsole } from './console';
import { installLoopCheck } from './loopCheck';
import { installProcess } from './process';
import { installTime } from './time';

/** Starts the program of this frame. Its modules find the time of the page in the place of the browser's. */
async function start({ programHost: host }: ProgramFrame): Promise<void> {
  if (!host) return;
  installLoopCheck();
  installTime(host);
  installConsole(host);
  installProcess(host);
  Object.assign(globalThis, { Buffer, [programBegun]: () => host.begun() });
  window.addEventListener('error', (event) => {
    event.preventDefault();
    const { message, filename, lineno } = event;
    const error: unknown = event.error;
    host.fail(error ?? message, filename === host.url ? lineno : undefined);
  });
  window.addEventListener('unhandledrejection', (event) => {
    event.preventDefault();
    host.fail(event.reason);
  });
  try {
    await import(/* @vite-ignore */ host.url);
  } catch (error) {
    if (error instanceof SyntaxError) await reported(host.url);
    host.fail(error);
  }
  host.evaluated();
}

/** The error of an import names no line of a module that is not valid. The one that a script element reports does. */
function reported(url: string): Promise<void> {
  return new Promise((resolve) => {
    const ended = (): void => resolve();
    const script = Object.assign(document.createElement('script'), { type: 'module', src: url });
    script.onload = script.onerror = ended;
    document.head.append(script);
  });
}

if (window.frameElement) void start(window.frameElement as ProgramFrame);
