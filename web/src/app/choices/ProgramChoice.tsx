import { programSource } from '../../sources/programSource';
import { askedBy } from '../address';
import { AddressForm } from './AddressForm';
import type { ChoiceProps } from './choice';

/** A program on this machine that is watched. */
export function ProgramChoice({ choose }: ChoiceProps) {
  const attach = (address: string) => {
    const asked = askedBy(address);
    // A program lets only pages in that it has served itself.
    if (asked?.kind === 'program' && new URL(address).origin === location.origin) choose(programSource(asked.url));
    else location.assign(address);
  };
  return (
    <section class="choice">
      <h3>Program</h3>
      <p class="muted">
        Start it with <code>RX_USOCKET_WATCH=1 node program.js</code>, or have it call <code>watch(nic)</code>. It
        prints an address, which also opens by itself in a browser.
      </p>
      <AddressForm
        label="Address of the program"
        placeholder="http://127.0.0.1:8080/#program=…"
        pattern="https?://.+#program=.+"
        action="Attach"
        submit={attach}
      />
    </section>
  );
}
