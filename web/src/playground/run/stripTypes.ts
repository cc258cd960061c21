import { transform } from 'sucrase';

/**
 * Removes the types of a program in TypeScript. The lines stay where they are. Throws an error whose message names the line of
 * a program that is not valid.
 */
export function stripTypes(code: string): string {
  return transform(code, { transforms: ['typescript'], disableESTransforms: true }).code;
}
