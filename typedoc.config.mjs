/** The comment of each alternative of `Fault` describes its members. */
const faultMembers = [
  'kind',
  'above',
  'after',
  'as',
  'bytes',
  'every',
  'for',
  'from',
  'links',
  'loseReady',
  'overtake',
  'thenOk',
];

/** Their overloads share the documentation of the first one, which `npm run check:package` looks at. */
const overloaded = ['socket', 'getaddrinfo', 'getaddrinfo$'];

/** Types that only shorten the types of public symbols. */
const abbreviations = ['errnoOf', 'Hints', 'Name', 'Plain', 'Said', 'SocketPhase'];

/** @type {Partial<import('typedoc').TypeDocOptions>} */
export default {
  name: 'rx-usocket',
  entryPoints: ['src/index.ts', 'src/{streams,esp8285,emulator,host,node,register,testing,watch,web-serial}/index.ts'],
  projectDocuments: ['docs/*.md', 'CONTRIBUTING.md', 'CHANGELOG.md'],
  out: 'reference',
  disableSources: true,
  excludeExternals: true,
  excludeProtected: true,
  highlightLanguages: ['bash', 'html', 'javascript', 'python', 'typescript', 'yaml'],
  // `npm run types` checks the types.
  skipErrorChecking: true,
  validation: { notDocumented: true, rewrittenLink: true },
  intentionallyNotDocumented: [
    ...faultMembers.map((member) => `rx-usocket/emulator.Fault.__type.${member}`),
    ...overloaded.map((name) => `rx-usocket.SocketFunctions.${name}`),
    ...overloaded.map((name) => `rx-usocket.SocketModule.${name}`),
  ],
  intentionallyNotExported: abbreviations,
  treatWarningsAsErrors: true,
};
