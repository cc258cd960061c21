import { checkedLoops } from './checkedLoops';
import { programBegun } from './insertedNames';
import { stripTypes } from './stripTypes';

/**
 * What the page runs of a program: JavaScript that says when it begins, and whose endless loops end. Throws an error that names
 * the line of a mistake.
 */
export function runnable(code: string): string {
  // A line that names the interpreter has to stay the first one.
  return checkedLoops(stripTypes(code)).replace(/^(#!.*\n)?/, `$1${programBegun}();`);
}
