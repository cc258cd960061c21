import { Argument, Command, InvalidArgumentError, Option } from 'commander';

import { firmwareVersions, type FirmwareVersion } from 'rx-usocket/emulator';

export interface Options {
  readonly url: URL;
  /** The serial line; `undefined` for the virtual modem. */
  readonly port?: string;
  readonly baud: number;
  /** The speed at which the line is used; `undefined` for the same one. */
  readonly faster?: number;
  readonly firmware: FirmwareVersion;
  readonly ssid?: string;
  readonly key?: string;
  readonly sink?: readonly [address: string, port: number];
  readonly save: string;
  /** Lets a page of a browser watch the modem. */
  readonly watch?: true;
}

const description = [
  'Downloads a picture over the modem, shows it, and sends it on.',
  'Without --port everything runs on this machine: a virtual modem on a pseudo-terminal, opened with the real serial ' +
    'port library, a web server with a picture, and a sink to send it to.',
].join('\n\n');

const example = `
With a modem of yours:
  export RX_USOCKET_KEY=…
  npm start -- --port /dev/ttyUSB0 --ssid my-ssid http://host.example/picture.bmp`;

/** Reads the command line, or ends the program with a message that says what is wrong. */
export function readOptions(argv: readonly string[]): Options {
  const program = new Command('npm start --')
    .description(description)
    .addArgument(
      new Argument('[url]', 'the picture: BMP, JPEG or PNG')
        .default(new URL('http://dl.sipeed.com/MAIX/MaixPy/assets/Alice.bmp'))
        .argParser(pageUrl),
    )
    .option('--port <port>', 'serial line of a real modem: a device, tcp://host:port, rfc2217://host:port')
    .option('--baud <rate>', 'its speed in bits per second', wholeNumber, 115_200)
    .option('--faster <rate>', 'a higher speed, to which the modem and the line are changed', wholeNumber)
    .addOption(new Option('--firmware <version>', 'what the virtual modem is').choices(firmwareVersions).default('1.5'))
    .option('--ssid <name>', 'Wi-Fi network to join')
    .addOption(new Option('--key <key>', 'key of the network; better in the environment').env('RX_USOCKET_KEY'))
    .option('--sink <host:port>', 'where to send the picture; try `nc -l 3456 > received.bmp` there', endpoint)
    .option('--save <folder>', 'where to save the picture', 'downloads')
    .option('--watch', 'show what happens between the modem and the sockets, live, in a page of a browser')
    .addHelpText('after', example)
    .parse(argv);
  const options = { ...program.opts<Omit<Options, 'url'>>(), url: program.processedArgs[0] as URL };
  if (options.port !== undefined && options.ssid === undefined) program.error('error: --port needs --ssid as well');
  return options;
}

function pageUrl(text: string): URL {
  if (!URL.canParse(text)) throw new InvalidArgumentError('It is not a URL; try http://host.example/picture.bmp.');
  const url = new URL(text);
  if (url.protocol !== 'http:') throw new InvalidArgumentError('Only http: is supported.');
  return url;
}

function wholeNumber(text: string): number {
  if (!/^[1-9]\d*$/.test(text)) throw new InvalidArgumentError('It is not a whole number; try 115200.');
  return Number(text);
}

function endpoint(text: string): readonly [address: string, port: number] {
  const [, address, port] = /^(\d+\.\d+\.\d+\.\d+):(\d+)$/.exec(text) ?? [];
  if (address === undefined) throw new InvalidArgumentError('It is not an address and a port; try 192.168.0.183:3456.');
  return [address, Number(port)];
}
