import { defer, of } from 'rxjs';

import { lineSource } from '../../sources/lineSource';
import { AddressForm } from './AddressForm';
import type { ChoiceProps } from './choice';

/** A real modem on another machine. */
export function LineChoice({ choose }: ChoiceProps) {
  return (
    <section class="choice">
      <h3>Line of another machine</h3>
      <p class="muted">
        On the machine with the module, run <code>npx rx-usocket bridge --port /dev/ttyUSB0</code>. It prints an
        address.
      </p>
      <AddressForm
        label="Address of the bridge"
        placeholder="ws://127.0.0.1:8266/?token=…"
        pattern="wss?://.+"
        action="Open the line"
        submit={(address) => choose(defer(() => of(lineSource(address))))}
      />
    </section>
  );
}
