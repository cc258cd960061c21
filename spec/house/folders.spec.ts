import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { ScratchProject } from './scratchProject';

/** A file, its import, and the rule that rejects it, if any. */
const cases: readonly (readonly [from: string, to: string, rule?: string])[] = [
  ['src/streams/a.ts', 'rxjs'],
  ['src/streams/b.ts', 'node:timers', 'floor-streams'],
  ['src/streams/c.ts', '../usocket/contract/nic', 'floor-streams'],
  ['src/usocket/a.ts', '../streams'],
  ['src/usocket/d.ts', '../streams/uart', 'streams-by-its-index'],
  ['src/usocket/b.ts', 'node:net', 'floor-usocket'],
  ['src/usocket/c.ts', '../esp8285', 'floor-usocket'],
  ['src/usocket/calls/a.ts', '../contract/nic'],
  ['src/usocket/contract/a.ts', '../calls/a', 'room-usocket-contract'],
  ['src/usocket/contract/b.ts', '../socket', 'room-usocket-contract'],
  ['src/usocket/annex/a.ts', '../contract/nic', 'room-usocket-unknown'],
  ['src/esp8285/a.ts', '../usocket/contract/nic'],
  ['src/esp8285/b.ts', '../usocket/contract/osError'],
  ['src/esp8285/c.ts', '../usocket/socket', 'floor-esp8285'],
  ['src/esp8285/f.ts', '../usocket/contract/inet'],
  ['src/esp8285/d.ts', '../transports', 'floor-esp8285'],
  ['src/esp8285/e.ts', 'debug', 'floor-esp8285'],
  ['src/host/a.ts', 'node:dgram'],
  ['src/host/b.ts', '../usocket/socket'],
  ['src/host/c.ts', '../esp8285', 'floor-host'],
  ['src/transports/serial/serialUart.ts', 'serialport'],
  ['src/transports/a.ts', 'serialport', 'serialport-in-its-files'],
  ['src/transports/b.ts', '../usocket/contract/osError'],
  ['src/transports/c.ts', '../usocket/socket', 'floor-transports'],
  ['src/emulator/a.ts', '../streams'],
  ['src/emulator/b.ts', '../usocket/contract/osError', 'floor-emulator'],
  ['src/emulator/c.ts', '../esp8285', 'floor-emulator'],
  ['src/testing/a.ts', '../transports'],
  ['src/testing/b.ts', '@jest/globals', 'floor-testing'],
  ['src/cli/main.ts', '..'],
  ['src/cli/a.ts', 'commander'],
  ['src/machine.ts', './transports'],
  ['src/network.ts', './cli/a', 'floor-front-door'],
  ['src/attic/a.ts', '../streams', 'floor-unknown'],
  ['src/host/d.ts', '../../harness/peer', 'floor-host'],
  ['harness/a.ts', '../src/cli/main'],
  ['harness/b.ts', '../spec/case', 'beside-harness'],
  ['harness/c.ts', '../scripts/run', 'beside-harness'],
  ['scripts/a.ts', '../harness/peer'],
  ['scripts/b.ts', '../spec/case', 'beside-scripts'],
  ['spec/a.ts', '../harness/peer'],
  ['spec/b.ts', '../samples/start'],
  ['spec/c.ts', '../scripts/run', 'beside-spec'],
  ['samples/a.ts', '../harness/peer', 'beside-samples'],
  ['src/cli/b.ts', '../../samples/start', 'floor-cli'],
  ['src/cli/c.ts', '@jest/globals', 'floor-cli'],
  ['src/host/about.ts', './round', 'no-circular'],
];

describe('the folder rules', () => {
  const project = new ScratchProject(['.dependency-cruiser.cjs', 'tsconfig.json', 'package.json']);
  let violations: readonly Violation[] = [];

  beforeAll(async () => {
    for (const layer of ['', 'streams/', 'usocket/', 'esp8285/', 'transports/']) {
      project.write(`src/${layer}index.ts`, 'export const layer = 1;');
    }
    for (const file of [
      'src/streams/uart',
      'src/usocket/contract/nic',
      'src/usocket/contract/osError',
      'src/usocket/contract/inet',
      'src/usocket/socket',
      'src/host/forgotten',
    ]) {
      project.write(`${file}.ts`, 'export const part = 1;');
    }
    for (const file of ['harness/peer', 'samples/start', 'scripts/run', 'spec/case']) {
      project.write(`${file}.ts`, 'export const outside = 1;');
    }
    project.write('src/host/round.ts', "import './about';");
    for (const [from, to] of cases) project.write(from, `import '${to}';`);
    const { stdout } = await project.run(
      'dependency-cruiser/bin/dependency-cruise.mjs',
      ...['--output-type', 'json', 'src', 'harness', 'spec', 'samples', 'scripts'],
    );
    violations = (JSON.parse(stdout) as { summary: { violations: Violation[] } }).summary.violations;
  }, 60_000);

  afterAll(() => {
    project.remove();
  });

  it.each(cases.map(([from, to, rule]) => ({ from, to, rule })))('$from imports $to', (row) => {
    const broken = violations.filter(({ from }) => from === row.from).map(({ rule: { name } }) => name);
    expect(broken).toEqual(row.rule === undefined ? [] : [row.rule]);
  });

  it('finds a file that nothing imports', () => {
    expect(violations).toContainEqual(
      expect.objectContaining({ from: 'src/host/forgotten.ts', rule: { name: 'no-orphans', severity: 'error' } }),
    );
  });
});

interface Violation {
  readonly from: string;
  readonly rule: { readonly name: string };
}
