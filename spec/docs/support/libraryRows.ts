import { codeIn, rowsUnder } from './markdown';

/** The packages of the table of libraries. */
export const libraries = ['undici', 'ws', '@types/ws', 'mqtt', 'ssh2', '@types/ssh2', 'pg', '@types/pg'];

/** What the table of libraries says how each gets its connection, in order, where that is a piece of a program. */
export const libraryRows = rowsUnder('docs/node.md', 'library', 'is given its connection by').flatMap(
  ([, right = '']) => codeIn(right).filter((code) => code.includes('(')),
);

/** A file that has them all, with what they assume. An option stands in an object. */
export const libraryProgram: string = [
  "import http2 from 'node:http2';",
  "import { connect, connector, HttpAgent, HttpsAgent, NicSocket } from 'rx-usocket/node';",
  "import { MqttClient } from 'mqtt';",
  "import { Client } from 'pg';",
  "import { Client as SecureShell } from 'ssh2';",
  "import { Agent, fetch } from 'undici';",
  "import { WebSocket } from 'ws';",
  "import { nic } from './context.mjs';",
  'const client = new SecureShell();',
  "const [host, port, url, username, options] = ['host.example', 80, 'http://host.example/', 'user', {}] as const;",
  'export const rows = [',
  ...libraryRows.map((code) => (/^\w+:/.test(code) ? `  () => ({ ${code} }),` : `  () => ${code},`)),
  '];',
  '',
].join('\n');
