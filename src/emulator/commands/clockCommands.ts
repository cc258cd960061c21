import { type Observable, of } from 'rxjs';

import { factoryTimeServers } from '../firmware/settings';
import type { Print } from '../line/output';
import type { Modem } from '../modem/modem';
import type { Internet } from '../network/internet';
import type { Call, Command } from './command';

const days = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

function two(value: number): string {
  return String(value).padStart(2, '0');
}

/** The time in the format of `asctime`. Until a time server has answered, it is the epoch. */
function showTime({ memory, station, scheduler, personality, internet }: Modem): Observable<Print> {
  const { clock, clockSetAt, timeServers, timeZone } = memory.settings;
  const set = clock && station.joined && scheduler.now() >= clockSetAt && timeServers.some(isAnswered(internet));
  const now = new Date(set ? scheduler.now() + timeZone * 3_600_000 : 0);
  const date = `${days[now.getUTCDay()]} ${months[now.getUTCMonth()]} ${personality.day(now.getUTCDate())}`;
  const time = [now.getUTCHours(), now.getUTCMinutes(), now.getUTCSeconds()].map(two).join(':');
  return of(`+CIPSNTPTIME:${date} ${time} ${now.getUTCFullYear()}\r\n`);
}

/** The firmware's own time servers always answer. Others answer if the host table has them. */
function isAnswered(internet: Internet): (server: string) => boolean {
  return (server) => {
    const address = internet.resolve(server);
    return address === null ? factoryTimeServers.some((name) => name === server) : internet.answers(address);
  };
}

function configure({ memory: { settings }, scheduler, delays }: Modem, { args }: Call): undefined {
  settings.clock = args.flag(0);
  settings.clockSetAt = scheduler.now() + delays.draw('clock');
  if (args.has(1)) settings.timeZone = args.number(1, -12, 14);
  const servers = [2, 3, 4].filter((index) => args.has(index)).map((index) => args.text(index, 64));
  if (servers.length > 0) settings.timeServers = servers;
}

function showConfiguration({ memory }: Modem): Observable<Print> {
  const { clock, timeZone, timeServers } = memory.settings;
  if (!clock) return of('+CIPSNTPCFG:0\r\n');
  return of(`+CIPSNTPCFG:1,${timeZone},${timeServers.map((server) => `"${server}"`).join(',')}\r\n`);
}

/** The clock, which is set over the network. */
export const clockCommands: readonly Command[] = [
  { name: '+CIPSNTPCFG', since: { N: 1.4, E: 2 }, query: showConfiguration, set: configure },
  { name: '+CIPSNTPTIME', since: { N: 1.4, E: 2 }, query: showTime },
];
