'use strict';

const { builtinModules } = require('node:module');

const at = (...paths) => `^src/(${paths.join('|')})`;
const packages = (...names) => `(^|/)node_modules/(${names.join('|')})/`;
const core = `^(node:)?(${builtinModules.join('|')})$`;

/** What `usocket` shares with other folders: `Nic`, which they implement, its errors, and its promises. */
const contract = 'usocket/contract/';

/**
 * The folders of `src`, from the ground floor up, and what each may import besides itself, as in the table of
 * docs/architecture.md. All other imports are forbidden: specs, samples, test libraries, packages of other folders.
 */
const floors = {
  streams: [packages('rxjs')],
  usocket: [at('streams/'), packages('rxjs')],
  esp8285: [at('streams/', contract), packages('rxjs', 'dns-packet', '@types/dns-packet')],
  system: [at(contract), packages('rxjs'), core],
  host: [at('streams/', 'usocket/', 'system/'), packages('rxjs'), core],
  node: [
    at('streams/', 'usocket/', 'system/', 'programInterfaces\\.ts$'),
    packages('rxjs', 'debug', '@types/debug'),
    core,
  ],
  proxy: [at('node/'), packages('@pondwader/socks5-server'), core],
  register: [
    at('node/', 'usocket/', 'system/', 'esp8285/', 'transports/line/lineName\\.ts$', 'index\\.ts$'),
    packages('rxjs', 'debug', '@types/debug'),
    core,
  ],
  transports: [at('streams/', contract, 'system/'), packages('rxjs', 'serialport', '@serialport/[^/]+'), core],
  'web-serial': [
    at('streams/', contract, 'transports/line/(lineName|reopenableUart|serialSettings|transportUart)\\.ts$'),
    packages('rxjs'),
  ],
  browser: [
    at('streams/', contract, 'web-serial/', 'transports/', 'host/', 'emulator/', 'watch/', 'watchByEnvironment\\.ts$'),
    packages('rxjs'),
  ],
  loopback: [packages('rxjs', 'ws', '@types/ws'), core],
  emulator: [at('streams/'), packages('rxjs', '@lydell/node-pty'), core],
  testing: [at('(?!cli/|watch/)'), packages('rxjs'), core],
  watch: [
    at('streams/', 'usocket/', 'esp8285/', 'system/', 'emulator/', 'testing/', 'loopback/'),
    packages('rxjs', 'ws', '@types/ws'),
    core,
  ],
  // It prints the version in package.json.
  cli: [
    at(''),
    packages(
      'rxjs',
      'commander',
      'cli-progress',
      '@types/cli-progress',
      'follow-redirects',
      '@types/follow-redirects',
      '@lydell/node-pty',
      'ws',
      '@types/ws',
    ),
    core,
    '^package\\.json$',
  ],
};

/**
 * The rooms of a folder, from the ground floor up. A room imports only from the rooms before it. The folder's own files may
 * import all rooms.
 */
const rooms = {
  cli: ['console', 'options', 'modem', 'terminal', 'transfer', 'doctor', 'serving', 'bridge', 'commands'],
  emulator: ['simulation', 'line', 'network', 'firmware', 'links', 'modem', 'commands', 'serve', 'control'],
  node: ['native', 'links', 'sockets', 'datagrams', 'agents'],
  transports: ['line', 'serial', 'tcp', 'rfc2217'],
  streams: ['concurrency', 'time', 'state', 'queues', 'reading'],
  usocket: ['contract', 'select', 'calls', 'stream', 'datagram'],
  watch: ['events', 'recordings', 'serve'],
  esp8285: [
    'time',
    'grammar',
    'commands',
    'trace',
    'line',
    'executor',
    'flow',
    'links',
    'openers',
    'wifi',
    'setUp',
    'life',
  ],
};

/**
 * The folders beside `src`, and which other folders each may import. Nothing imports a script or a spec; `harness` contains
 * what both use.
 */
const beside = {
  harness: ['src'],
  samples: ['src'],
  scripts: ['src', 'harness'],
  spec: ['src', 'harness', 'samples'],
  web: ['src', 'samples', 'harness'],
};

/** All folders in that order. */
const ordered = ['src', ...Object.keys(beside)];

const frontDoor = '^src/[^/]+\\.ts$';

module.exports = {
  forbidden: [
    ...Object.entries(floors).map(([folder, allowed]) => ({
      name: `floor-${folder}`,
      severity: 'error',
      comment: `src/${folder} imports only what the folder table of docs/architecture.md allows.`,
      from: { path: at(`${folder}/`) },
      to: { pathNot: [at(`${folder}/`), ...allowed] },
    })),
    {
      name: 'floor-front-door',
      severity: 'error',
      comment: 'The files at the root of src may import everything except the command line.',
      from: { path: frontDoor },
      to: { pathNot: [frontDoor, at('(?!cli/)'), packages('rxjs', 'debug', '@types/debug')] },
    },
    {
      name: 'floor-unknown',
      severity: 'error',
      comment: 'Enter a new folder in the table first.',
      from: { path: '^src/[^/]+/', pathNot: at(...Object.keys(floors).map((folder) => `${folder}/`)) },
      to: {},
    },
    ...Object.entries(rooms).flatMap(([folder, order]) => [
      ...order.map((room, index) => ({
        name: `room-${folder}-${room}`,
        severity: 'error',
        comment: `src/${folder}/${room} imports neither a room above it nor the folder's own files.`,
        from: { path: at(`${folder}/${room}/`) },
        to: { path: at(`${folder}/`), pathNot: at(`${folder}/(${order.slice(0, index + 1).join('|')})/`) },
      })),
      {
        name: `room-${folder}-unknown`,
        severity: 'error',
        comment: 'Enter a new room in the list first.',
        from: { path: at(`${folder}/[^/]+/`), pathNot: at(`${folder}/(${order.join('|')})/`) },
        to: {},
      },
    ]),
    ...Object.entries(beside).map(([folder, allowed]) => ({
      name: `beside-${folder}`,
      severity: 'error',
      comment: `${folder} imports no other folder of the repository than ${allowed.join(', ')}.`,
      from: { path: `^${folder}/` },
      to: { path: `^(${ordered.filter((other) => other !== folder && !allowed.includes(other)).join('|')})/` },
    })),
    {
      name: 'streams-by-its-index',
      severity: 'error',
      comment: 'Whatever else uses src/streams imports its index, or `internal`, so its rooms can change freely.',
      from: { path: '^src/', pathNot: at('streams/') },
      to: { path: at('streams/'), pathNot: at('streams/(index|internal)\\.ts$') },
    },
    {
      name: 'serialport-in-its-files',
      severity: 'error',
      comment: 'Only these files know hardware; everything else runs on any Uart.',
      from: { path: '^src/', pathNot: at('transports/serial/') },
      to: { path: packages('serialport', '@serialport/[^/]+') },
    },
    {
      name: 'no-circular',
      severity: 'error',
      comment: 'Imports go one way, without cycles.',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-orphans',
      severity: 'error',
      comment: 'A file that nothing imports is dead, or an entry that is not named here.',
      from: { path: '^src/', orphan: true, pathNot: '^src/(index|cli/main|browser/[^/]+)\\.ts$' },
      to: {},
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
