/** The name of a line without a user name and a password. */
export function withoutPassword(target: string): string {
  return target.replace(/\/\/[^/]*@/, '//');
}
