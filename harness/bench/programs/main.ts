// One of the programs of the bench, as a process of its own: the modem, or one that is measured.
import type { Setting } from '../figures';
import { measureOnOrder } from './measure';

const [name = '', setting = '', seed = ''] = process.argv.slice(2);

// Only the named one is loaded.
async function main(): Promise<void> {
  if (name === 'modem') await (await import('./modem')).serve(JSON.parse(setting) as Setting, Number(seed));
  else if (name === 'driver') measureOnOrder((await import('./driver')).connect);
  else if (name === 'bareLoop') measureOnOrder((await import('./bareLoop')).connect);
  else measureOnOrder((await import('./barePort')).connect);
}

void main();
