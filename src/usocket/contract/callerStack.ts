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

/**
 * Does what a function or a constructor of the API does at once. If that throws an `OSError`, the stack of the error begins
 * where the program has called this function.
 */
export function atCaller<T>(act: () => T): T {
  try {
    return act();
  } catch (error) {
    if (error instanceof OSError) error.stack = stackAtCaller(error);
    throw error;
  }
}

function stackAtCaller(error: OSError): string {
  const site: { stack?: string } = {};
  Error.captureStackTrace(site, atCaller);
  // Without the headline, and without the function that has called `atCaller`.
  return [String(error), ...(site.stack?.split('\n').slice(2) ?? [])].join('\n');
}
