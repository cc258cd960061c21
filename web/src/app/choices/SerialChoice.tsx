import { useState } from 'preact/hooks';
import { defer, EMPTY, from, mergeMap, of } from 'rxjs';

import { hasSerialPorts, requestPort, serialSource } from '../../sources/serialSource';
import type { ChoiceProps } from './choice';

const speeds = [9600, 57_600, 74_880, 115_200, 230_400, 460_800, 921_600];

/** A real modem on a serial port of this computer. */
export function SerialChoice({ choose }: ChoiceProps) {
  const [baud, setBaud] = useState(115_200);
  const open = () =>
    choose(defer(() => from(requestPort())).pipe(mergeMap((port) => (port ? of(serialSource(port, baud)) : EMPTY))));
  return (
    <section class="choice">
      <h3>Serial port</h3>
      <p class="muted">A module on a port of this computer. Programs of the page use it.</p>
      {hasSerialPorts() ? (
        <div class="row">
          <label class="row">
            Speed
            <select value={baud} onChange={({ currentTarget }) => setBaud(Number(currentTarget.value))}>
              {speeds.map((speed) => (
                <option key={speed} value={speed}>
                  {speed} baud
                </option>
              ))}
            </select>
          </label>
          <button type="button" onClick={open}>
            Choose a port…
          </button>
        </div>
      ) : (
        <p class="reason">
          {isSecureContext
            ? 'This browser has no Web Serial API. Chrome, Edge and Opera on a computer have it.'
            : 'Browsers give serial ports only to pages from https or from localhost. This page comes from neither.'}
        </p>
      )}
    </section>
  );
}
