import { OSError } from './osError';

/** A frame of RxJS, in Node.js and in a page that loads its modules one by one. The folder of a program may have the same name. */
const ofOperators = /^\s*at .*[\\/]node_modules[\\/]rxjs[\\/]/;

/** The place of a call in the program. V8 formats `stack` only when it is read, and a program may have replaced its form. */
export interface CallSite {
  stack?: unknown;
}

/** Notes who has called `called`, which calls this function. */
export function callSite(called: (...given: never[]) => unknown): CallSite {
  const site: CallSite = {};
  Error.captureStackTrace(site, called);
  return site;
}

/** The stack of an error as a caller sees it: without the headline of the place, and without the function of the API. */
export function stackAt({ stack }: CallSite, error: OSError): string {
  return [String(error), ...linesOf(stack).slice(2)].join('\n');
}

function linesOf(stack: unknown): readonly string[] {
  return typeof stack === 'string' ? stack.split('\n') : [];
}

/**
 * Removes the frames of RxJS from the stacks of an error and its causes, because they say nothing about the program and hide
 * the frames that do.
 */
export function hideOperators<T>(error: T): T {
  const seen = new Set<unknown>();
  for (let each: unknown = error; each instanceof Error && !seen.has(each); each = each.cause) {
    seen.add(each);
    const lines = linesOf(each.stack);
    const kept = lines.filter((line) => !ofOperators.test(line));
    if (kept.length < lines.length) each.stack = kept.join('\n');
  }
  return error;
}

/**
 * Does what a function or a constructor of the API does at once. If that throws an `OSError`, the stack of the error begins
 * where the program has called this function.
 */
export function atCaller<T>(act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw withSite(error, atCaller);
  }
}

/** The same for what cannot be in a function of its own: returns an error that a function or a constructor is to throw. */
export function fromCaller(error: unknown): unknown {
  return withSite(error, fromCaller);
}

function withSite(error: unknown, called: Parameters<typeof callSite>[0]): unknown {
  if (error instanceof OSError) error.stack = stackAt(callSite(called), error);
  return error;
}
