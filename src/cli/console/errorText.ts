import type { Command } from 'commander';

/** How many of the commands that have an option are named. */
const mostNamed = 3;

/**
 * What is printed of an error of commander. An option that stands before its command is told from one that does not exist:
 * `rx-usocket ap --port /dev/ttyUSB0`.
 */
export function errorText(error: string, command: Command): string {
  const text = error.replace(/^error: /, '');
  const [, option = ''] = /^unknown option '([^'=]+)/.exec(text) ?? [];
  const owners = command.commands
    .filter(({ options }) => options.some(({ short, long }) => option === short || option === long))
    .map((owner) => owner.name());
  if (owners.length === 0) return text;
  const named = [...owners.slice(0, mostNamed), ...(owners.length > mostNamed ? ['…'] : [])].join(', ');
  return `option '${option}' comes after a command: ${named}\n`;
}
