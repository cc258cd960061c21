import js from '@eslint/js';
import { defineConfig, globalIgnores } from 'eslint/config';
import rxjsX from 'eslint-plugin-rxjs-x';
import ts from 'typescript';
import tseslint from 'typescript-eslint';

/** Files under law 1 of docs/architecture.md: everything is an Observable, and time comes from a scheduler. */
const pure = ['streams', 'usocket', 'esp8285'].map((folder) => `src/${folder}/**/*.ts`);

/** The outermost facades. Only here may `promiseOf` turn an Observable that ends into a promise. */
const facades = [
  'src/usocket/stream/socket.ts',
  'src/usocket/datagram/datagramSocket.ts',
  'src/usocket/stream/socketFile.ts',
  'src/usocket/module.ts',
  'src/usocket/select/uselect.ts',
  'src/esp8285/esp8285.ts',
];

/** The operators of RxJS that keep the system's time unless they are given a scheduler. */
const unscheduled = [
  'CallExpression[callee.name=/^(timer|interval)$/][arguments.length<2]',
  'CallExpression[callee.name=/^(delay|(audit|debounce|sample|throttle|buffer|window)Time)$/][arguments.length<2]',
  'CallExpression[callee.name=/^(timestamp|timeInterval)$/][arguments.length<1]',
  'CallExpression[callee.name="timeout"][arguments.length<2]:not(:has(Property[key.name="scheduler"]))',
].join(', ');

const asynchrony = [
  { selector: ':function[async=true]', message: 'Law 1: no async functions; compose Observables.' },
  { selector: 'AwaitExpression, ForOfStatement[await=true]', message: 'Law 1: no await; compose Observables.' },
  {
    selector: 'NewExpression[callee.name="Promise"], MemberExpression[object.name="Promise"]',
    message: 'Law 1: make no promises by hand.',
  },
  {
    selector: 'CallExpression[callee.property.name="then"]',
    message: 'Law 1: no promise chains; `from` turns a promise into an Observable.',
  },
  {
    selector: unscheduled,
    message: 'Law 1: pass the injected scheduler on, because virtual time ends here without it.',
  },
];

/** Makes the promises of the facades. */
const promiseMaker = 'src/usocket/contract/promiseOf.ts';

const handMade = {
  selector: 'CallExpression[callee.name=/^(first|last)ValueFrom$/]',
  message: 'Use promiseOf: its promises can be aborted and name their caller.',
};

const promises = [
  {
    selector: 'TSTypeReference[typeName.name=/^Promise(Like)?$/]',
    message: 'Law 1: only the facades that eslint.config.mjs lists have promises in their types.',
  },
];

const injected = 'Law 1: time comes from an injected SchedulerLike.';

const clocks = [
  ...['setTimeout', 'setInterval', 'setImmediate', 'clearTimeout', 'clearInterval', 'clearImmediate'],
  ...['queueMicrotask', 'process', 'performance'],
].map((name) => ({ name, message: injected }));

/** A date that is made from a given time is a value. Any other use of `Date` reads a clock. */
const dateAsClock = {
  selector: [
    'NewExpression[callee.name="Date"][arguments.length=0]',
    'CallExpression[callee.name="Date"]',
    'MemberExpression[object.name="Date"]',
  ].join(', '),
  message: injected,
};

/** The rule of rxjs-x for Observables only: a function that returns an Observable is named after what it does. */
const finnish = {
  ...rxjsX.rules.finnish,
  create: (context) => {
    const { sourceCode } = context;
    const isFunction = ({ start }) => {
      const node = sourceCode.getNodeByRangeIndex(sourceCode.getIndexFromLoc(start));
      return sourceCode.parserServices.getTypeAtLocation(node).getNonNullableType().getCallSignatures().length > 0;
    };
    const report = (problem) => isFunction(problem.loc) || context.report(problem);
    return rxjsX.rules.finnish.create(Object.create(context, { report: { value: report } }));
  },
};

/** Files whose constants keep the capitals of the document that defines them: Python's `socket`, RFC 854, RFC 2217. */
const capitals = [
  'src/usocket/**/*.ts',
  'src/machine.ts',
  'src/transports/rfc2217/{telnet,telnetOptions,comPort}.ts',
  'harness/**/*.ts',
  'spec/**/*.ts',
];

/** Reports `String(number)` in a template, which converts numbers without it. */
const plainNumbers = {
  meta: { type: 'suggestion', messages: { plain: 'A template converts a number without String().' } },
  create: (context) => ({
    'TemplateLiteral > CallExpression[callee.name="String"][arguments.length=1]': (node) => {
      const type = context.sourceCode.parserServices.getTypeAtLocation(node.arguments[0]);
      const parts = type.isUnion() ? type.types : [type];
      if (parts.every(({ flags }) => flags & ts.TypeFlags.NumberLike)) context.report({ node, messageId: 'plain' });
    },
  }),
};

/** These rules choose one of two ways to write the same thing. */
const oneManner = {
  eqeqeq: 'error',
  'no-duplicate-imports': 'error',
  '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
  '@typescript-eslint/no-import-type-side-effects': 'error',
  '@typescript-eslint/naming-convention': [
    'error',
    {
      selector: 'variable',
      modifiers: ['const', 'global'],
      format: null,
      custom: { regex: '^[A-Z][A-Z0-9_]+$', match: false },
    },
  ],
  'house/plain-numbers': 'error',
};

/** Names of jest for specs that are not run, or that run alone. */
const unrun = ['fdescribe', 'fit', 'xdescribe', 'xit', 'xtest'];

const sleepless =
  'No spec sleeps: time is virtual, or the spec waits for an event. harness/time has helpers for turns and limits.';

const sleeps = ['setTimeout', 'setInterval'].map((name) => ({ name, message: sleepless }));

export default defineConfig(
  globalIgnores(['dist/', 'coverage/', 'reference/']),
  js.configs.recommended,
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    files: ['**/*.{js,mjs,cjs}'],
    languageOptions: { globals: { console: 'readonly', process: 'readonly', URL: 'readonly' } },
  },
  {
    files: ['**/*.cjs'],
    languageOptions: {
      globals: {
        __dirname: 'readonly',
        __filename: 'readonly',
        module: 'readonly',
        require: 'readonly',
        setTimeout: 'readonly',
      },
    },
  },
  {
    files: ['**/*.{ts,tsx}'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    plugins: { 'rxjs-x': rxjsX, house: { rules: { finnish, 'plain-numbers': plainNumbers } } },
    rules: {
      // Messages contain ports and sizes, `() => subscriber.complete()` reads better without braces, and the types of
      // RxJS contain `Observable<void>`. So these three rules find no mistakes here.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-invalid-void-type': 'off',
      ...oneManner,
      ...rxjsX.configs.recommended.rules,
      'rxjs-x/no-implicit-any-catch': ['error', { allowExplicitError: true }],
      // `takeWhile(() => !queue.finished)` reads a state that the value has just changed.
      'rxjs-x/no-ignored-takewhile-value': 'off',
      'rxjs-x/no-floating-observables': 'error',
      'rxjs-x/no-misused-observables': 'error',
    },
  },
  { files: capitals, rules: { '@typescript-eslint/naming-convention': 'off' } },
  {
    files: ['src/**/*.ts'],
    rules: {
      // Private subjects are named after what they hold.
      'house/finnish': [
        'error',
        { functions: false, methods: false, types: { '^(Async|Behavior|Replay)?Subject$': false } },
      ],
      'rxjs-x/no-exposed-subjects': 'error',
      'rxjs-x/no-ignored-error': 'error',
      'rxjs-x/no-sharereplay-before-takeuntil': 'error',
      'rxjs-x/no-subclass': 'error',
    },
  },
  {
    files: pure,
    rules: {
      'no-restricted-globals': [
        'error',
        { globals: [...clocks, { name: 'Date', message: injected }], checkGlobalObject: true },
      ],
      'no-restricted-syntax': ['error', ...asynchrony, handMade, ...promises],
    },
  },
  {
    files: facades,
    rules: {
      'no-restricted-globals': ['error', { globals: clocks, checkGlobalObject: true }],
      'no-restricted-syntax': ['error', ...asynchrony, handMade, dateAsClock],
    },
  },
  {
    files: ['src/machine.ts', 'src/network.ts', 'src/host/**/*.ts'],
    rules: { 'no-restricted-syntax': ['error', handMade] },
  },
  {
    files: [promiseMaker],
    rules: { 'no-restricted-syntax': ['error', ...asynchrony] },
  },
  {
    files: ['samples/**/*.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              regex: '^(\\.\\./)+(src|harness|spec|scripts)(/|$)',
              message: 'A sample imports packages and the files beside it, because a user copies it.',
            },
          ],
        },
      ],
    },
  },
  {
    files: ['harness/**/*.ts', 'spec/**/*.ts'],
    rules: {
      '@typescript-eslint/no-empty-function': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      'no-restricted-properties': [
        'error',
        ...['describe', 'it', 'test'].flatMap((object) =>
          ['only', 'skip', 'todo', 'failing'].map((property) => ({
            object,
            property,
            message: 'Every spec runs every time.',
          })),
        ),
        ...['wait', 'waitAsync'].map((property) => ({ object: 'Atomics', property, message: sleepless })),
      ],
      'no-restricted-imports': [
        'error',
        {
          paths: ['timers', 'timers/promises'].flatMap((name) =>
            [name, `node:${name}`].map((path) => ({ name: path, message: sleepless })),
          ),
        },
      ],
      'no-restricted-globals': ['error', { globals: [...unrun, ...sleeps], checkGlobalObject: true }],
      'no-restricted-syntax': ['error', { selector: unscheduled, message: sleepless }],
    },
  },
  {
    // The helpers for turns of the event loop and for limits.
    files: ['harness/time/*.ts'],
    rules: { 'no-restricted-globals': ['error', ...unrun] },
  },
);
