import { type Command, InvalidArgumentError, Option } from 'commander';
import { noop } from 'rxjs';

import { ESP8285 } from '../../esp8285';
import { traceLine } from '../../printTrace';
import type { Uart } from '../../streams';
import { messageOf } from '../../usocket/contract/messageOf';
import { checkFlowControl, checkQuality } from '../doctor/checkLine';
import { checkFirmware, checkNetwork } from '../doctor/checkModem';
import { checkNames, checkRoundTrip, checkThroughput } from '../doctor/checkInternet';
import { findAnswer } from '../doctor/findAnswer';
import { exitCodeOfFindings, type Finding, findingText, summaryOf, type Tell } from '../doctor/finding';
import { LineTester } from '../doctor/lineTester';
import type { CommandContext } from '../console/context';
import { codeOf, CommandFailure, exitCodeOf, exitCodes } from '../console/exitCodes';
import { modemCommand, type ModemCommandOptions } from '../modem/modemCommand';
import { lineSettings, networkSettings, type NetworkSettings } from '../modem/modemSettings';
import { closeLine } from '../modem/openLine';
import { type Report, reportOf } from '../console/report';
import { withoutPassword } from '../../transports';

interface DoctorOptions extends ModemCommandOptions {
  readonly host?: string;
  readonly url?: URL;
}

/** A host with a name that is always there: it is reserved for examples. */
const defaultHost = 'example.com';

const help = `
It examines the line, the modem and the network, one after the other, and tells for each thing whether it is as it should
be, and what to try. The exit code is that of the first thing that is not.

Examples:
  rx-usocket doctor --port /dev/ttyUSB0
  rx-usocket doctor --port /dev/ttyUSB0 --baud auto --ssid my-ssid
  rx-usocket doctor --port /dev/ttyUSB0 --ssid my-ssid --url http://host.example/file`;

/** `rx-usocket doctor`: finds out what is wrong with a modem. */
export function doctorCommand(context: CommandContext): Command {
  return modemCommand('doctor')
    .description('Find out why a modem does not work: its line, its firmware, its network.')
    .option(
      '--host <name>',
      `the host that is looked up and asked for an echo; default: that of --url, or ${defaultHost}`,
    )
    .addOption(new Option('--url <url>', 'what is downloaded to measure the throughput').argParser(parseUrl))
    .addHelpText('after', help)
    .action(async (options: DoctorOptions) => {
      const report = reportOf(options, context);
      const findings: Finding[] = [];
      const tell = (finding: Finding): void => {
        findings.push(finding);
        report.text(findingText(finding));
      };
      await examine(options, context, { tell, report });
      report.result({ findings }, () => summaryOf(findings));
      const exitCode = exitCodeOfFindings(findings);
      if (exitCode !== exitCodes.done) throw new CommandFailure('', exitCode);
    });
}

function parseUrl(text: string): URL {
  if (/^https?:/i.test(text) && URL.canParse(text)) return new URL(text);
  throw new InvalidArgumentError('Try http://host.example/file.');
}

interface Listener {
  readonly tell: Tell;
  readonly report: Report;
}

async function examine(options: DoctorOptions, context: CommandContext, { tell, report }: Listener): Promise<void> {
  const settings = lineSettings(options, context);
  const network = await networkSettings(options, context);
  const tester = new LineTester(settings, context);
  const port = withoutPassword(settings.port);
  let line: Uart | undefined;
  try {
    line = await findAnswer(tester, tell, (text) => {
      report.note(text);
    });
  } catch (error) {
    context.signal.throwIfAborted();
    if (exitCodeOf(error) === exitCodes.usage) throw error;
    const message = messageOf(error);
    const advice = ['rx-usocket ports shows the ports that are there'];
    tell({ check: 'line', verdict: 'bad', message, advice, exitCode: exitCodes.line });
  }
  if (line === undefined) return;
  const closeNow = (): void => void closeLine(line).catch(noop);
  context.signal.addEventListener('abort', closeNow);
  try {
    if (!(await checkQuality(tester, line, tell))) return;
    await checkFlowControl(tester, line, tell);
    await examineModem(line, { options, network, context, tell, report });
  } catch (error) {
    context.signal.throwIfAborted();
    const message = `${port}: ${messageOf(error)}`;
    const isLine = ['ENODEV', 'EBADF'].includes(codeOf(error) ?? '');
    tell({ check: 'modem', verdict: 'bad', message, exitCode: isLine ? exitCodes.line : exitCodes.modem });
  } finally {
    context.signal.removeEventListener('abort', closeNow);
    await closeLine(line);
  }
}

interface Examined extends Listener {
  readonly options: DoctorOptions;
  readonly network: NetworkSettings | undefined;
  readonly context: CommandContext;
}

async function examineModem(line: Uart, { options, network, context, tell, report }: Examined): Promise<void> {
  const nic = new ESP8285(line, { ...(options.rtscts && { flowControl: true }) });
  nic.trace$.subscribe({ next: (event) => report.detail(traceLine(event)), error: noop });
  try {
    await nic.start();
    await checkFirmware(nic, tell);
    if (!(await checkNetwork(nic, network, tell))) return;
    const host = options.host ?? options.url?.hostname ?? defaultHost;
    if (!(await checkNames(nic, host, tell))) return;
    await checkRoundTrip(nic, host, tell);
    if (options.url) await checkThroughput(nic, options.url, line.baudRate, { tell, signal: context.signal });
  } finally {
    await nic.close();
  }
}
