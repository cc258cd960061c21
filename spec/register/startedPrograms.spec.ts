import { describe, expect, it, jest } from '@jest/globals';

import { startNode } from '../../harness/processes/program';
import { servePty } from '../../src/emulator';
import { preload, prelude, world } from './support/throughModem';

// Each program is compiled as it starts.
jest.setTimeout(60_000);

describe('a program that starts others', () => {
  it('shares its modem with them, and ends when it ends; they may crash', async () => {
    await using around = await world();
    const pty = await servePty({ latency: 0, hosts: around.hosts });
    const asking = "fetch('http://web.example/child').then((answer) => answer.text()).then(console.log)";
    const crashing = "fetch('http://web.example/').then(() => process.kill(process.pid, 'SIGKILL'))";
    const program = `
      const { spawn } = require('node:child_process');
      const start = async (code) => {
        const child = spawn(process.execPath, ['-e', code], { stdio: ['ignore', 'inherit', 'inherit'] });
        return (await once(child, 'exit')).join();
      };
      (async () => {
        told.parent = await (await fetch('http://web.example/parent')).text();
        told.crashed = await start(${JSON.stringify(crashing)});
        told.child = await start(${JSON.stringify(asking)});
        told.again = await (await fetch('http://web.example/again')).text();
        tell();
      })();
    `;
    try {
      await using running = startNode(['-e', prelude + program], {
        env: {
          NODE_OPTIONS: preload.join(' '),
          NODE_NO_WARNINGS: '1',
          RX_USOCKET_PORT: pty.path,
          RX_USOCKET_SSID: 'my-ssid',
          RX_USOCKET_KEY: 'my-password',
        },
      });
      const { stdout, stderr, code } = await running.outcome;
      expect([stderr, code]).toEqual(['', 0]);
      expect(stdout).toContain('/child of web.example\n');
      expect(JSON.parse(stdout.split('\n').at(-2) ?? '')).toEqual({
        parent: '/parent of web.example',
        crashed: ',SIGKILL',
        child: '0,',
        again: '/again of web.example',
        native: [],
      });
    } finally {
      await pty.close();
    }
  });
});
