import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client, type ClientConfig, Pool } from 'pg';

import { type Program, startNode } from '../../../harness/processes/program';
import { unusedPort } from '../../../harness/peers/tcpServer';
import { NicSocket } from '../../../src/node';
import { errorOf } from '../support/eventLog';
import { ourSockets, type Sockets } from '../support/sockets';

/** PostgreSQL, compiled for Node.js. It is a program of its own, because it does not run inside jest. */
const program = join(dirname(createRequire(__filename).resolve('@electric-sql/pglite-socket')), 'scripts/server.cjs');

let server: Program;
let port = 0;

beforeAll(async () => {
  port = await unusedPort();
  server = startNode([program, `--port=${port}`, '--max-connections=20']);
  await server.printed(/listening on/);
}, 60_000);

afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

/** The options of a client whose connection goes through the interface. Unlike other servers, this one does not end it first. */
function over({ nic }: Sockets): ClientConfig {
  const stream = () => new NicSocket({ nic, halfCloseTimeout: 20 });
  return { host: '127.0.0.1', port, user: 'postgres', stream };
}

describe.each(ourSockets)('PostgreSQL, on $name,', (tested) => {
  it('answers, with long values and many rows', async () => {
    await using sockets = await tested.start();
    const client = new Client(over(sockets));
    await client.connect();
    const long = 'ü'.repeat(5_000);
    const { rows } = await client.query('SELECT $1::int AS at, $2::float AS celsius, $3 AS note', [1, 20.5, long]);
    expect(rows).toEqual([{ at: 1, celsius: 20.5, note: long }]);
    expect((await client.query("VALUES (1, 'one'), (2, NULL)")).rows).toHaveLength(2);
    const wide = await client.query('SELECT repeat($1, 200) AS text FROM generate_series(1, 100)', ['abc']);
    expect(wide.rows).toEqual(Array(100).fill({ text: 'abc'.repeat(200) }));
    await expect(client.query('SELECT * FROM nothing')).rejects.toMatchObject({ code: '42P01' });
    await client.end();
  });

  it('is asked by a pool, whose idle connections do not keep the program running', async () => {
    await using sockets = await tested.start();
    const pool = new Pool({ ...over(sockets), max: 3, allowExitOnIdle: true });
    const answers = await Promise.all(
      Array.from({ length: 8 }, async (_, n) => {
        const { rows } = await pool.query<{ n: number }>('SELECT $1::int AS n', [n]);
        return rows;
      }),
    );
    expect(answers).toEqual(Array.from({ length: 8 }, (_, n) => [{ n }]));
    await pool.end();
  });
});

const [, ...overModems] = ourSockets;

describe.each(overModems)('PostgreSQL, on $name, when the modem restarts,', (tested) => {
  it('fails with ECONNRESET, and the pool connects again', async () => {
    await using sockets = await tested.start();
    const pool = new Pool({ ...over(sockets), max: 1 });
    await pool.query('SELECT 1');
    const failed = errorOf(pool);
    sockets.restart();
    expect(await failed).toMatchObject({ code: 'ECONNRESET' });
    expect(await sockets.isBack()).toBe(true);
    expect((await pool.query('SELECT 2 AS two')).rows).toEqual([{ two: 2 }]);
    await pool.end();
  });
});
