import { javascriptLanguage } from '@codemirror/lang-javascript';

import { loopCheck } from './insertedNames';

type SyntaxNode = ReturnType<typeof javascriptLanguage.parser.parse>['topNode'];

const loops: ReadonlySet<string> = new Set(['WhileStatement', 'DoStatement', 'ForStatement']);

/** Lets each loop of a program in JavaScript call {@link loopCheck} in each round. The lines stay where they are. */
export function checkedLoops(code: string): string {
  const inserted: (readonly [at: number, text: string])[] = [];
  javascriptLanguage.parser.parse(code).iterate({
    enter: ({ name, node }) => {
      if (!loops.has(name)) return;
      const parts = partsOf(node);
      const body = name === 'DoStatement' ? parts[1] : parts.at(-1);
      if (!body) return;
      if (body.name === 'Block') inserted.push([body.from + 1, `${loopCheck}();`]);
      else inserted.push([body.from, `{${loopCheck}();`], [body.to, '}']);
    },
  });
  let checked = '';
  let done = 0;
  for (const [at, text] of inserted.sort(([a], [b]) => a - b)) {
    checked += code.slice(done, at) + text;
    done = at;
  }
  return checked + code.slice(done);
}

/** The children of a statement without the comments between them. */
function partsOf(statement: SyntaxNode): readonly SyntaxNode[] {
  const parts: SyntaxNode[] = [];
  for (let part = statement.firstChild; part; part = part.nextSibling)
    if (!part.name.endsWith('Comment')) parts.push(part);
  return parts;
}
