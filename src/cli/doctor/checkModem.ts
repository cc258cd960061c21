import type { ESP8285 } from '../../esp8285';
import { messageOf } from '../../usocket/contract/messageOf';
import { codeOf, exitCodes } from '../console/exitCodes';
import type { NetworkSettings } from '../modem/modemSettings';
import { signalBars } from '../modem/signalBars';
import { printable } from '../console/table';
import type { Finding, Tell } from './finding';

/** dBm, below which a signal is weak. */
const weakSignal = -75;

/** Tells about the firmware. */
export async function checkFirmware(nic: ESP8285, tell: Tell): Promise<void> {
  const check = 'firmware';
  const version = await nic.version();
  const [major = NaN, minor = NaN] = version.split('.').map(Number);
  const isOld = major < 1 || (major === 1 && minor < 4);
  const message = version === 'unknown' ? 'AT firmware that does not tell its version' : `AT ${version}`;
  if (isOld) {
    tell({
      check,
      verdict: 'doubtful',
      message: `${message}, which has neither name servers nor a clock`,
      advice: ['flash AT 1.7.4 or ESP-AT 2.2'],
    });
  } else {
    tell({ check, verdict: 'good', message });
  }
}

/** What helps when a network cannot be joined. */
const joinAdvice: Readonly<Record<string, readonly string[]>> = {
  EACCES: ['check the key, also for blanks at its ends'],
  ENOENT: [
    'check the name; a modem sees networks at 2.4 GHz only, on channels 1 to 13',
    'move the modem nearer to the access point',
  ],
  ECONNREFUSED: ['check the key', 'the access point may have a list of stations, or be full'],
  ETIMEDOUT: ['move the modem nearer to the access point', 'check that its DHCP server has free addresses'],
};

/** Joins the network, if one is named, and resolves to whether the modem has an address. */
export async function checkNetwork(nic: ESP8285, network: NetworkSettings | undefined, tell: Tell): Promise<boolean> {
  const check = 'network';
  if (network) {
    try {
      await nic.connect(network.ssid, network.key === '' ? null : network.key);
    } catch (error) {
      tell({ check, ...(await joinFailure(nic, network.ssid, error)) });
      return false;
    }
  }
  const [address, netmask, gateway, , , , ssid] = await nic.ifconfig();
  if (address === '' || address === '0.0.0.0') {
    tell({ check, verdict: 'skipped', message: 'the modem is on no network; name one with --ssid to go on' });
    return false;
  }
  tell({ check, verdict: 'good', message: `on ${printable(ssid)}` });
  await checkSignal(nic, tell);
  tell({ check: 'address', verdict: 'good', message: `${address}, netmask ${netmask}, gateway ${gateway}` });
  return true;
}

async function joinFailure(nic: ESP8285, ssid: string, error: unknown): Promise<Omit<Finding, 'check'>> {
  const code = codeOf(error) ?? '';
  const message = messageOf(error);
  const inRange = code === 'ENOENT' ? await nic.scan().catch(() => []) : [];
  const names = inRange.map((found) => printable(found.ssid)).filter((name) => name !== '');
  const similar = names.find((name) => name.toLowerCase().trim() === ssid.toLowerCase().trim());
  return {
    verdict: 'bad',
    message,
    advice: [
      ...(similar === undefined ? [] : [`--ssid "${similar}", which is in range`]),
      ...(joinAdvice[code] ?? ['try again, and with --verbose']),
      ...(names.length > 0 ? [`in range: ${names.join(', ')}`] : []),
    ],
    exitCode: code === 'EINVAL' ? exitCodes.usage : exitCodes.network,
  };
}

async function checkSignal(nic: ESP8285, tell: Tell): Promise<void> {
  const check = 'signal';
  try {
    const rssi = await nic.rssi();
    const isWeak = rssi < weakSignal;
    tell({
      check,
      verdict: isWeak ? 'doubtful' : 'good',
      message: `${signalBars(rssi)} ${rssi} dBm${isWeak ? ', which is weak' : ''}`,
      ...(isWeak && { advice: ['move the modem or its antenna; rx-usocket scan --watch shows the effect'] }),
    });
  } catch (error) {
    if (codeOf(error) !== 'EOPNOTSUPP') throw error;
    tell({ check, verdict: 'skipped', message: 'the firmware does not show it' });
  }
}
