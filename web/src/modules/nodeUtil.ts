/** The part of `node:util` that programs for a modem use. */
interface OptionConfig {
  readonly type: 'string' | 'boolean';
  readonly short?: string;
  readonly default?: string | boolean;
}

interface ParseConfig {
  readonly args?: readonly string[];
  readonly options?: Readonly<Record<string, OptionConfig>>;
  readonly allowPositionals?: boolean;
}

interface Parsed {
  readonly values: Readonly<Record<string, string | boolean | undefined>>;
  readonly positionals: readonly string[];
}

/** Reads the arguments of the program, as Node.js does. Throws a `TypeError` for those that it does not know. */
export function parseArgs({
  args = process.argv.slice(2),
  options = {},
  allowPositionals = false,
}: ParseConfig = {}): Parsed {
  const values: Record<string, string | boolean | undefined> = {};
  for (const [name, option] of Object.entries(options)) if ('default' in option) values[name] = option.default;
  const positionals: string[] = [];
  const left = [...args];
  for (let arg = left.shift(); arg !== undefined; arg = left.shift()) {
    if (!/^--?[^-]/.test(arg)) {
      if (!allowPositionals) throw new TypeError(`Unexpected argument '${arg}'. This program takes no positionals`);
      positionals.push(arg);
      continue;
    }
    const [, given = '', value] = /^--?([^=]+)(?:=(.*))?$/s.exec(arg) ?? [];
    const [name, option] = Object.entries(options).find(([long, { short }]) => given === long || given === short) ?? [];
    if (name === undefined || !option) throw new TypeError(`Unknown option '${arg}'`);
    if (option.type === 'boolean') values[name] = true;
    else {
      const text = value ?? left.shift();
      if (text === undefined) throw new TypeError(`Option '${arg}' needs a value`);
      values[name] = text;
    }
  }
  return { values, positionals };
}
