/** What Node.js calls to print an object. The objects of `rx-usocket` have it, too. */
const inspect = Symbol.for('nodejs.util.inspect.custom');
const deepest = 3;
const mostItems = 50;
const mostBytes = 32;

/** What `console.log` prints for these values, on one line where they are short. */
export function shownValues(values: readonly unknown[]): string {
  return values.map((value) => (typeof value === 'string' ? value : shownValue(value))).join(' ');
}

/** A value as text, which the objects of another document are, too: they have other classes. */
function shownValue(value: unknown, depth = 0): string {
  if (typeof value === 'string')
    return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('\n', '\\n')}'`;
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'function') return `[Function: ${value.name || 'anonymous'}]`;
  if (typeof value !== 'object' || value === null) return String(value);
  if (ArrayBuffer.isView(value)) return shownBytes(value);
  if (isError(value)) return shownError(value);
  if (inspect in value && typeof value[inspect] === 'function') return String((value[inspect] as () => unknown)());
  if (depth >= deepest) return Array.isArray(value) ? '[Array]' : '[Object]';
  const next = (inner: unknown): string => shownValue(inner, depth + 1);
  if (Array.isArray(value)) return enclosed('[', value.slice(0, mostItems).map(next), ']', value.length);
  const kind = Object.prototype.toString.call(value).slice(8, -1);
  if (kind === 'String') return `[String: ${next(String.prototype.valueOf.call(value))}]`;
  if (kind === 'Date') return (value as Date).toISOString();
  if (kind === 'Map') {
    const pairs = [...(value as Map<unknown, unknown>)].map(([key, inner]) => `${next(key)} => ${next(inner)}`);
    return `Map(${pairs.length}) ${enclosed('{', pairs.slice(0, mostItems), '}', pairs.length)}`;
  }
  if (kind === 'Set') {
    const items = [...(value as Set<unknown>)].map(next);
    return `Set(${items.length}) ${enclosed('{', items.slice(0, mostItems), '}', items.length)}`;
  }
  if (kind === 'Promise') return 'Promise';
  const entries = Object.entries(value);
  const fields = entries.slice(0, mostItems).map(([name, inner]) => `${name}: ${next(inner)}`);
  return enclosed('{', fields, '}', entries.length);
}

/** The code, the number and the message of an error, as a program tests for them. */
export function shownError({ name, code, errno, message }: ShownError): string {
  const numbered = errno === undefined ? (code ?? '') : `${code ?? ''} (${errno})`;
  return [`${name}${numbered === '' ? '' : ` ${numbered}`}`, message].filter((part) => part !== '').join(': ');
}

interface ShownError {
  readonly name: string;
  readonly message: string;
  readonly code?: string;
  readonly errno?: number;
}

function isError(value: object): value is ShownError {
  return 'message' in value && 'name' in value && 'stack' in value;
}

function shownBytes(view: ArrayBufferView): string {
  const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
  const hex = [...bytes.subarray(0, mostBytes)].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
  return `<Buffer ${hex}${bytes.length > mostBytes ? ` … ${bytes.length} bytes` : ''}>`;
}

function enclosed(open: string, parts: readonly string[], close: string, total: number): string {
  const all = total > parts.length ? [...parts, `… ${total - parts.length} more`] : parts;
  if (all.length === 0) return `${open}${close}`;
  const line = all.join(', ');
  if (line.length <= 72 && !line.includes('\n')) return open === '[' ? `[${line}]` : `{ ${line} }`;
  return `${open}\n  ${all.map((part) => part.replaceAll('\n', '\n  ')).join(',\n  ')}\n${close}`;
}
