import type { Block } from './markdown';

/** What the documents assume before some programs: an interface, and a socket that is connected to a thermometer. */
export const context = `
import { machine, network, usocket } from 'rx-usocket';

export const nic = await network.ESP8285(new machine.UART(process.env['LINE'] ?? ''));
await nic.connect('my-ssid', 'my-password');
export const sock = usocket.socket();
await sock.connect(['192.168.1.9', 7000]);
`;

/** Makes a file of a block, for the folder of `context.mjs`. Whole programs stay as they are; others are completed. */
export function asFile({ code }: Block): string {
  if (/^import .* from 'rx-usocket\/\w+'/m.test(code) || code.includes('nic.close()')) return code;
  if (code.includes('network.ESP8285(')) return `${code}\nawait nic.close();`;
  if (code.includes('machine.UART(')) return `${code}\nawait uart.close();`;
  const names = ['nic', 'sock'].filter((name) => new RegExp(`(?<![.\\w])${name}\\b`).test(code));
  return `import { ${names.join(', ')} } from './context.mjs';\n${code}`;
}
