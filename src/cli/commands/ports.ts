import type { Command } from 'commander';

import { messageOf } from '../../usocket/contract/messageOf';
import { LineTester } from '../doctor/lineTester';
import { searchSpeed } from '../doctor/searchSpeed';
import type { CommandContext } from '../console/context';
import { codeOf, CommandFailure, exitCodes } from '../console/exitCodes';
import { reportingCommand, type ReportOptions } from '../console/reportingCommand';
import { closeLine } from '../modem/openLine';
import { reportOf } from '../console/report';
import { printable, table } from '../console/table';
import { listPorts, type PortDescription } from '../../transports';
import { adapterOf } from '../modem/usbAdapters';

interface PortsOptions extends ReportOptions {
  readonly probe?: true;
  readonly all?: true;
}

/** A port as `--json` shows it. */
interface Port extends PortDescription {
  /** The USB serial adapter, if it is one that modems are connected with. */
  readonly adapter?: string;
  /** What was asked with `--probe`. */
  readonly modem?: Probed;
}

/** The modem at a port: its firmware and its speed, or why there is none. */
type Probed = { readonly firmware: string; readonly baud: number | undefined } | { readonly none: string };

/** Milliseconds for an answer. */
const patience = 350;

const help = `
--probe opens each port and says AT there. That may reset a board, and a device that is no modem gets these bytes. It
asks the ports that look like modems, and with --all every port.

Examples:
  rx-usocket ports
  rx-usocket ports --probe --json`;

/** `rx-usocket ports`: shows the serial ports, and which of them may have a modem. */
export function portsCommand(context: CommandContext): Command {
  return reportingCommand('ports')
    .description('Show the serial ports of this machine, and which of them look like modems.')
    .option('--probe', 'ask at each port whether there is a modem')
    .option('--all', 'show ports without a USB device as well')
    .addHelpText('after', help)
    .action(async (options: PortsOptions) => {
      const described = await (context.listPorts ?? listPorts)().catch((cause: unknown) => {
        const advice = codeOf(cause) === 'ENOENT' ? '; install udev, or look with `ls /dev/tty*`' : '';
        const why = `the ports cannot be listed: ${messageOf(cause)}${advice}`;
        throw new CommandFailure(why, exitCodes.failed, { cause });
      });
      const ports = described.map(withAdapter).sort((one, other) => rank(one) - rank(other));
      const shown = ports.filter(({ vendorId }) => options.all ?? vendorId !== undefined);
      const probed = options.probe ? await probeAll(shown, options, context) : shown;
      reportOf(options, context).result(probed, (list) => textOf(list, ports.length - shown.length));
    });
}

function withAdapter(port: PortDescription): Port {
  const adapter = adapterOf(port.vendorId, port.productId);
  return { ...port, ...(adapter !== undefined && { adapter }) };
}

/** Likely ones first, then other USB devices. */
function rank({ adapter, vendorId }: Port): number {
  if (adapter !== undefined) return 0;
  return vendorId === undefined ? 2 : 1;
}

async function probeAll(
  ports: readonly Port[],
  { all }: PortsOptions,
  context: CommandContext,
): Promise<readonly Port[]> {
  const asked = await Promise.all(
    ports.map(async (port) =>
      all || port.adapter !== undefined ? { ...port, modem: await probe(port.path, context) } : port,
    ),
  );
  context.signal.throwIfAborted();
  return asked;
}

async function probe(port: string, context: CommandContext): Promise<Probed> {
  const tester = new LineTester({ port, baud: 'auto', serial: {} }, context);
  const line = tester.open();
  try {
    // The patience is for an answer. A busy machine may take longer to say that a port cannot be opened.
    await tester.opened(line);
    const isFirst = (await tester.ask(line, patience)).meaning === 'answer';
    const baud = isFirst ? line.baudRate : await searchSpeed(tester, line, patience);
    if (!isFirst && baud === undefined) return { none: 'no answer' };
    const said = await tester.hear(line, { say: 'AT+GMR\r\n', wait: 1000, until: /\r\n(?:OK|ERROR)\r\n/ });
    return { firmware: /AT version:([\w.-]+)/.exec(said)?.[1] ?? 'unknown', baud };
  } catch (error) {
    context.signal.throwIfAborted();
    return { none: messageOf(error) };
  } finally {
    await closeLine(line);
  }
}

function textOf(ports: readonly Port[], hidden: number): string {
  const rest = hidden > 0 ? `${hidden} more without a USB device; --all shows them.` : '';
  if (ports.length === 0) return ['There is no port with a USB device.', rest].filter(Boolean).join(' ');
  const isProbed = ports.some(({ modem }) => modem !== undefined);
  const rows = ports.map(({ path, adapter, manufacturer, vendorId, productId, modem }) => [
    path,
    adapter ?? printable(manufacturer ?? ''),
    vendorId === undefined ? '' : `${vendorId}:${productId ?? ''}`.toLowerCase(),
    isProbed ? modemText(modem) : adapter === undefined ? '' : 'perhaps',
  ]);
  return [table(['Port', 'Device', 'USB', 'Modem'], rows), rest].filter(Boolean).join('\n');
}

function modemText(modem: Probed | undefined): string {
  if (modem === undefined) return 'not asked';
  return 'none' in modem ? modem.none : `AT ${modem.firmware}, ${modem.baud ?? 'unknown'} bit/s`;
}
