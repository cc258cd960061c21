import { codeIn, rowsUnder } from './markdown';

/** A row of the porting guide that can be copied: what stands in its right column, in order. */
export interface GuideRow {
  readonly python: string;
  readonly code: string;
  /** What of the fixtures it is for. */
  readonly kind: 'fresh' | 'talking' | 'listening' | 'server' | 'datagrams' | 'nic' | 'uart';
}

const kinds: readonly (readonly [RegExp, GuideRow['kind']])[] = [
  [/machine\.UART\(|uart\./, 'uart'],
  [/network\.ESP8285\(uart\)|nic\./, 'nic'],
  [/sendto/, 'datagrams'],
  [/accept/, 'server'],
  [/usocket\.socket|getaddrinfo|inet_|connect|setsockopt/, 'fresh'],
  [/sock\.(send|sendall|write)\(/, 'listening'],
];

export const guideRows: readonly GuideRow[] = rowsUnder(
  'docs/porting-from-maixpy.md',
  'Python',
  'JavaScript, TypeScript',
).map(([python = '', right = '']) => {
  const code = codeIn(right).join(' ');
  return { python, code, kind: kinds.find(([what]) => what.test(code))?.[1] ?? 'talking' };
});

/** What each kind of row is given by name. */
const given = {
  fresh: 'sock, addr, b, buf',
  talking: 'sock, addr, b, buf',
  listening: 'sock, addr, b, buf',
  server: 'sock, addr, b, buf',
  datagrams: 'sock, addr, b, buf',
  nic: 'nic, uart',
  uart: 'uart',
};

/** One program of many rows, each on its own, with the imports that the guide says. */
export function asProgram(rows: readonly GuideRow[]): string {
  return [
    "import { machine, network, uselect, usocket } from 'rx-usocket';",
    "import { done, use } from './fixtures.mjs';",
    ...rows.map(
      ({ python, code, kind }) =>
        `await use('${kind}', ${JSON.stringify(python)}, async ({ ${given[kind]} }) => {\n  { ${code} }\n});`,
    ),
    'await done();',
    '',
  ].join('\n');
}
