import { checkedLoops } from './checkedLoops';
import { stripTypes } from './stripTypes';

/** What the page runs of a program: JavaScript, whose endless loops end. Throws an error that names the line of a mistake. */
export function runnable(code: string): string {
  return checkedLoops(stripTypes(code));
}
