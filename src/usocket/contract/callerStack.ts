import { OSError } from './osError';

/** A frame of RxJS, in Node.js and in a page that loads its modules one by one. The folder of a program may have the same name. */
const ofOperators = /^\s*at .*[\\/]node_modules[\\/]rxjs[\\/]/;

/**
 * Removes the frames of RxJS from the stacks of an error and its causes, because they say nothing about the program and hide
 * the frames that do.
 */
export function hideOperators<T>(error: T): T {
  const seen = new Set<unknown>();
  for (let each: unknown = error; each instanceof Error && !seen.has(each); each = each.cause) {
    seen.add(each);
    const lines = each.stack?.split('\n') ?? [];
    const kept = lines.filter((line) => !ofOperators.test(line));
    if (kept.length < lines.length) each.stack = kept.join('\n');
  }
  return error;
}

/** Lets the stack of an `OSError` begin where the program has called a function, or made an object of a class. */
export function fromCaller<T>(called: (new (...given: never[]) => unknown) | (() => unknown), error: T): T {
  if (error instanceof OSError) Error.captureStackTrace(error, called);
  return error;
}
