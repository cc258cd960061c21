import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { SerialPort } from 'serialport';

import { writeAll } from '../../harness/bench/programs/writeAll';
import { openPty, type Pty } from '../../harness/lines/pty';
import { collect, noise } from '../../harness/peers/bytes';

let pty: Pty;
beforeEach(() => {
  pty = openPty();
});
afterEach(() => pty.close());

describe('a write of a bare program', () => {
  it('goes on when there is room again, although bytes have come in the meantime', async () => {
    const port = new SerialPort({ path: pty.path, baudRate: 115_200 });
    await once(port, 'open');
    const sent = noise(100_000);
    const writing = writeAll(port, sent);
    for (const text of ['one', 'two', 'three']) {
      const came = once(port, 'data');
      await pty.say(Buffer.from(text));
      expect(String(await came)).toBe(text);
    }
    const heard = collect(pty.heard$, sent.length);
    pty.listen();
    await writing;
    expect((await heard).equals(sent)).toBe(true);
    port.close();
    await once(port, 'close');
  });
});
