import { useEffect } from 'preact/hooks';

import { Dialog, useDialog } from './Dialog';
import { shortcuts } from './shortcuts';

/** A button, and the dialog that it opens: what the page is, its colours, and its keys. F1 opens it, too. */
export function Help() {
  const { dialog, open } = useDialog();
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key !== 'F1') return;
      event.preventDefault();
      open();
    };
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, [open]);
  return (
    <>
      <button type="button" class="help" aria-haspopup="dialog" onClick={open}>
        Help
      </button>
      <Dialog of={dialog} title="Help">
        <p>
          This page shows what happens between a program and an ESP8285 or ESP8266 Wi-Fi modem on a serial line: the
          commands and their answers, the bytes of the five links, the sockets, and how fast everything goes. The
          playground needs no hardware: its modem and its network are in the page.
        </p>
        <h3>In a program of your own</h3>
        <p>
          The same code runs in Node.js, with the name of your serial port. With <code>RX_USOCKET_WATCH=1</code>, it
          prints the address of a page like this one, which shows what it does.
        </p>
        <pre>{'npm install rx-usocket\nRX_USOCKET_WATCH=1 node program.mjs'}</pre>
        <h3>Colours</h3>
        <ul class="legend">
          <li class="to-modem">to the modem</li>
          <li class="from-modem">from the modem</li>
          <li class="link">links and their sockets</li>
          <li class="note">notes of the driver</li>
          <li class="error">errors</li>
        </ul>
        <h3>Keys</h3>
        {shortcuts.map(({ place, keys }) => (
          <table key={place} class="keys">
            <caption>{place}</caption>
            <tbody>
              {keys.map(([key, effect]) => (
                <tr key={key}>
                  <th scope="row">
                    <kbd>{key}</kbd>
                  </th>
                  <td>{effect}</td>
                </tr>
              ))}
            </tbody>
          </table>
        ))}
      </Dialog>
    </>
  );
}
