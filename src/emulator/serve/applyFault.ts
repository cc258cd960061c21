import type { LineDamage } from '../line/lineDamage';
import type { LineSpeeds } from '../line/lineSpeeds';
import { noise } from '../line/noise';
import type { Modem } from '../modem/modem';
import type { Fault } from '../simulation/fault';
import type { Random } from '../simulation/random';

/** What a fault acts on: a modem, and the line that it is connected to. */
export interface FaultTarget {
  readonly modem: Modem;
  /** The damage of the line, by the end that sends. */
  readonly damage: { readonly modem: LineDamage; readonly host: LineDamage };
  readonly speeds: LineSpeeds;
  readonly random: Random;
  readonly unplug: () => void;
}

/** Makes something go wrong, now. */
export function applyFault(fault: Fault, { modem, damage, speeds, random, unplug }: FaultTarget): void {
  const { faults, output } = modem;
  switch (fault.kind) {
    case 'reset':
      modem.reset(fault.loseReady !== true);
      break;
    case 'brown-out':
      output.print(noise(random).subarray(0, fault.bytes ?? 64));
      modem.reset(true);
      break;
    case 'watchdog':
      output.print('\r\n Soft WDT reset\r\n');
      modem.reset(true);
      break;
    case 'lose':
    case 'flip':
      damage[fault.from ?? 'modem'].order(fault.kind, fault.bytes, fault.after);
      break;
    case 'marginal':
      speeds.weaken(fault);
      break;
    case 'busy':
      faults.busy = true;
      modem.later(fault.for, () => (faults.busy = false));
      break;
    case 'silence':
      output.muted = faults.silent = true;
      modem.later(fault.for, () => (output.muted = faults.silent = false));
      break;
    case 'log-leak':
      faults.logLeak = true;
      modem.later(fault.for, () => (faults.logLeak = false));
      break;
    case 'lose-prompt':
      faults.losePrompt = true;
      break;
    case 'lose-reply':
      faults.loseReply = true;
      break;
    case 'lose-result':
      faults.result = fault.as ?? '';
      break;
    case 'lose-notice':
      faults.loseNotice = true;
      break;
    case 'keep-waiting':
      faults.keepWaiting = { overtake: fault.overtake === true };
      break;
    case 'lose-closed':
      faults.loseClosed = true;
      break;
    case 'cut-block':
      faults.cutBlock = { after: fault.after };
      break;
    case 'send-fail':
      faults.sendFail = { thenOk: fault.thenOk === true };
      break;
    case 'wifi-lost':
      modem.loseWifi(fault.links ?? 'close', fault.for);
      break;
    case 'dhcp-lost':
      modem.loseDhcp(fault.for);
      break;
    case 'unplug':
      unplug();
      break;
  }
}
