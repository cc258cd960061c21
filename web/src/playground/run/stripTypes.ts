/**
 * Removes the types of a program in TypeScript. The lines stay where they are. Rejects with a message that names the line of
 * a program that is not valid.
 */
export async function stripTypes(code: string): Promise<string> {
  const { transform } = await import('sucrase');
  return transform(code, { transforms: ['typescript'], disableESTransforms: true }).code;
}
