// One of the programs of the bench, as a process of its own: the modems, or one that is measured.
import type { VirtualSetting } from '../figures';
import type { Way } from '../watched/watched';
import { measureOnOrder } from './measure';

const [name = '', setting = '', ...numbers] = process.argv.slice(2);

// Only the named one is loaded.
const programs: Readonly<Record<string, () => Promise<void>>> = {
  async modem() {
    const [seed = 1, ...rest] = numbers.map(Number);
    await (await import('./modem')).serve(JSON.parse(setting) as VirtualSetting, seed, ...rest);
  },
  async driver() {
    measureOnOrder((await import('./driver')).connect);
  },
  async bareLoop() {
    measureOnOrder((await import('./bareLoop')).connect);
  },
  async bareSegments() {
    const { connect } = await import('./bareLoop');
    measureOnOrder((order) => connect(order, 'segments'));
  },
  async barePort() {
    measureOnOrder((await import('./barePort')).connect);
  },
  async watched() {
    const { connect } = await import('./driver');
    const { watchers } = await import('./watched');
    measureOnOrder((order) => connect(order, watchers[setting as Way]));
  },
  async page() {
    (await import('./watched')).attachPage(setting);
  },
  async manyDriver() {
    (await import('./manyDriver')).driveMany();
  },
};

void programs[name]?.();
