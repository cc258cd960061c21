import { concat, type Observable, of, throwError } from 'rxjs';

import { errorCode, Refusal } from '../firmware/refusal';
import type { Print } from '../line/output';
import type { Modem } from '../modem/modem';
import type { Call, Command } from './command';

/** The partitions of an ESP8266's flash, as `SYSFLASH?` shows them: name, type, subtype, address and size. */
const partitions: readonly string[] = [
  '"server_cert",64,1,0x201000,0x2000',
  '"server_key",64,2,0x203000,0x2000',
  '"server_ca",64,3,0x205000,0x2000',
  '"client_cert",64,4,0x207000,0x2000',
  '"client_key",64,5,0x209000,0x2000',
  '"client_ca",64,6,0x20b000,0x2000',
  '"factory_param",64,7,0x20d000,0x1000',
];

function refuse(): Observable<never> {
  return throwError(() => new Refusal('', errorCode.failed));
}

/** The manufacturer's server cannot be reached from here. */
function update({ delays, station }: Modem): Observable<Print> {
  if (!station.joined) return refuse();
  return concat(of('+CIPUPDATE:1\r\n'), delays.after('resolve'), refuse());
}

/** Only checks the arguments: this modem never starts in passthrough. */
function saveLink({ args }: Call): undefined {
  if (!args.flag(0)) return;
  args.text(1, 64);
  args.number(2, 1, 65_535);
  if (args.has(3)) args.text(3, 3);
  args.limit(5);
}

/** Updates and partitions of the firmware. */
export const firmwareCommands: readonly Command[] = [
  { name: '+CIUPDATE', only: { set: 'E' }, run: update, set: update },
  { name: '+SAVETRANSLINK', set: (_, call) => saveLink(call) },
  { name: '+SYSROLLBACK', since: { E: 2.1 }, run: refuse },
  {
    name: '+SYSFLASH',
    since: { E: 2.1 },
    query: () => of(...partitions.map((partition) => `+SYSFLASH:${partition}\r\n`)),
    set: refuse,
  },
  {
    name: '+SYSREG',
    since: { E: 2.2 },
    set: (_, { args }) => {
      const isWrite = args.flag(0);
      return isWrite ? undefined : of('+SYSREG:0x0\r\n');
    },
  },
];
