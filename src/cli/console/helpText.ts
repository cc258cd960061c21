import type { Command, HelpConfiguration } from 'commander';

/** The least columns that are worth wrapping for. */
const narrowest = 12;

/** The list of commands has no `[options]` behind each name, so that 80 columns have room for what the commands do. */
export const helpConfiguration: HelpConfiguration = {
  minWidthToWrap: narrowest,
  subcommandTerm: (command) =>
    [command.name(), ...command.registeredArguments.map((each) => argumentText(each))].join(' '),
};

function argumentText(argument: Command['registeredArguments'][number]): string {
  const name = `${argument.name()}${argument.variadic ? '...' : ''}`;
  return argument.required ? `<${name}>` : `[${name}]`;
}

/** How to call a command, such as `rx-usocket ap start`. */
export function fullName(command: Command): string {
  return command.parent ? `${fullName(command.parent)} ${command.name()}` : command.name();
}

/**
 * Wraps a text for people at a width. Lines that begin at the margin are paragraphs, which are wrapped anew. An indented line
 * is an entry of a list: its last column is wrapped. Examples stay on one line, so that they can be copied.
 */
export function wrapped(text: string, width: number): string {
  const paragraphs = text.replace(/(?<=^\S.*)\n(?=\S)/gm, ' ');
  return paragraphs
    .split('\n')
    .map((line) => (line.length > width ? wrappedLine(line, width) : line))
    .join('\n');
}

function wrappedLine(line: string, width: number): string {
  const [, before = ''] = /^(.*\s{2,})\S/.exec(line) ?? [];
  const isExample = line.includes(' # ') || (/^ {2}\S/.test(line) && before.trim() === '');
  if (isExample || width - before.length < narrowest) return line;
  const rows: string[] = [];
  let row = '';
  for (const word of line.slice(before.length).split(' ')) {
    const longer = row === '' ? word : `${row} ${word}`;
    const isFull = row !== '' && before.length + longer.length > width;
    if (isFull) rows.push(row);
    row = isFull ? word : longer;
  }
  return before + [...rows, row].join(`\n${' '.repeat(before.length)}`);
}
