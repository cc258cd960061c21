import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';

const root = join(__dirname, '../../..');

/** Every document of the repository that a user reads, by its path. */
export const documents: readonly string[] = [
  'README.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  ...readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

/** A fenced block of a document. */
export interface Block {
  /** `'README.md: In tests'`, with `(2)` behind it for the second one under that heading. */
  readonly name: string;
  readonly language: string;
  readonly code: string;
}

export interface Link {
  /** The file that it leads to, from the root of the repository. */
  readonly file: string;
  readonly anchor: string | undefined;
}

function readDocument(document: string): string {
  return readFileSync(join(root, document), 'utf8');
}

/** A document without its fenced blocks. */
export function proseOf(document: string): string {
  return readDocument(document).replace(/^```[^]*?^```$/gm, '');
}

/** The fenced blocks of a document, of all languages, in order. */
function blocksOf(document: string): readonly Block[] {
  const found: Block[] = [];
  const counts = new Map<string, number>();
  let heading = '';
  const parts = /^#+ (?<title>.*)$|^```(?<language>\w*)\n(?<code>[^]*?)^```$/gm;
  for (const { groups = {} } of readDocument(document).matchAll(parts)) {
    const { title, language = '', code = '' } = groups;
    heading = title ?? heading;
    if (title !== undefined) continue;
    const place = `${document}: ${heading} ${language}`;
    const count = (counts.get(place) ?? 0) + 1;
    counts.set(place, count);
    found.push({ name: `${document}: ${heading}${count > 1 ? ` (${count})` : ''}`, language, code });
  }
  return found;
}

/** The blocks of all documents in these languages; without any, in all. */
export function blocksIn(...languages: readonly string[]): readonly Block[] {
  const blocks = documents.flatMap((document) => blocksOf(document));
  return languages.length === 0 ? blocks : blocks.filter(({ language }) => languages.includes(language));
}

/** The links of a document that lead into the repository. */
export function linksOf(document: string): readonly Link[] {
  const prose = proseOf(document).replace(/`[^`]*`/g, '');
  return [...prose.matchAll(/\]\((?!\w+:)(?<path>[^)#\s]*)(?:#(?<anchor>[^)\s]*))?\)/g)].map(({ groups = {} }) => ({
    file: groups['path'] ? posix.join(posix.dirname(document), groups['path']) : document,
    anchor: groups['anchor'],
  }));
}

/** What a link may name behind `#`: each heading, in small letters, without signs, with hyphens for blanks. */
export function anchorsOf(document: string): readonly string[] {
  const headings = proseOf(document).matchAll(/^#+ (.*)$/gm);
  return [...headings].map(([, title = '']) =>
    title
      .toLowerCase()
      .replace(/[^\p{L}\p{N}_ -]/gu, '')
      .replaceAll(' ', '-'),
  );
}

/** The rows of all tables of a document whose header begins with these titles, as cells. */
export function rowsUnder(document: string, ...titles: readonly string[]): readonly (readonly string[])[] {
  const rows: (readonly string[])[] = [];
  let isWanted = false;
  for (const line of readDocument(document).split('\n')) {
    const cells = cellsOf(line);
    if (cells.length === 0) isWanted = false;
    else if (isWanted && !cells.every((cell) => /^-+$/.test(cell))) rows.push(cells);
    else isWanted ||= titles.every((title, index) => cells[index] === title);
  }
  return rows;
}

/** The pieces of code in a text: what stands between backticks. */
export function codeIn(text: string): readonly string[] {
  return [...text.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code.replaceAll('\\|', '|'));
}

function cellsOf(line: string): readonly string[] {
  if (!line.startsWith('|')) return [];
  return line
    .split(/(?<!\\)\|/)
    .slice(1, -1)
    .map((cell) => cell.trim());
}
