import { of } from 'rxjs';

import { useObservable } from '../app/useObservable';
import type { WorldControl } from '../sources/localSource';
import type { TimeControl } from '../sources/source';
import { virtualHosts } from './world/hosts';
import { accessPoint, firmwares, firstSettings, type WorldSettings } from './world/settings';

const bauds = [9_600, 115_200, 460_800, 921_600];
const latencies: readonly (readonly [scale: number, name: string])[] = [
  [0, 'none'],
  [0.2, 'a fifth'],
  [1, 'realistic'],
  [5, 'five times'],
];

interface WorldFieldsProps {
  readonly world: WorldControl;
  readonly time: TimeControl | undefined;
}

const realTime$ = of(1);

/** What the virtual modem is, and the network that it can reach. */
export function WorldFields({ world, time }: WorldFieldsProps) {
  const settings = useObservable(world.settings$, firstSettings);
  const speed = useObservable(time?.speed$ ?? realTime$, 1);
  return (
    <details class="playground-details">
      <summary>
        AT {settings.firmware}, {settings.baud} baud{speedWords(speed)}; the network in memory
      </summary>
      <div class="playground-fields">
        <Choice
          label="Firmware"
          value={settings.firmware}
          options={firmwares.map((version) => [version, `AT ${version}`])}
          choose={(firmware) => world.change({ firmware: firmware as WorldSettings['firmware'] })}
        />
        <Choice
          label="Line, baud"
          value={settings.baud}
          options={bauds.map((baud) => [baud, String(baud)])}
          choose={(baud) => world.change({ baud: Number(baud) })}
        />
        <Choice
          label="Latencies"
          value={settings.latency}
          options={latencies}
          choose={(latency) => world.change({ latency: Number(latency) })}
        />
        <Choice
          label="Clients of a server"
          value={settings.clients}
          options={[0, 1, 2, 3, 4].map((count) => [count, String(count)])}
          choose={(clients) => world.change({ clients: Number(clients) })}
        />
      </div>
      <p class="muted">
        A new firmware or speed is for the next program. The network {accessPoint.ssid} has the key {accessPoint.key},
        which each program gets. The modem reaches:
      </p>
      <table>
        <tbody>
          {virtualHosts.map(({ place, protocols, does }) => (
            <tr key={place}>
              <th scope="row" class="bytes">
                {place}
              </th>
              <td>
                {does}
                {protocols.includes('udp') && ' (TCP and UDP)'}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}

/** A program that waits in a time that stands still should not look as if it hung. */
function speedWords(speed: number): string {
  if (speed === 0) return ', time stands still';
  if (speed === Infinity) return ', time as fast as possible';
  return speed === 1 ? '' : `, time ${speed}×`;
}

interface ChoiceProps {
  readonly label: string;
  readonly value: string | number;
  readonly options: readonly (readonly [value: string | number, name: string])[];
  readonly choose: (value: string) => void;
}

function Choice({ label, value, options, choose }: ChoiceProps) {
  return (
    <label>
      {label}
      <select value={value} onChange={({ currentTarget }) => choose(currentTarget.value)}>
        {options.map(([each, name]) => (
          <option key={each} value={each}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}
