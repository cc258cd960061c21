import type { LinkState } from 'rx-usocket/watch';

import { count, peerOf, unreadOf } from './words';

/** The modem has five links. */
const linkNumbers = [0, 1, 2, 3, 4];

/** The five links of the modem. */
export function LinkTable({ links }: { readonly links: readonly LinkState[] }) {
  return (
    <section class="table-place" aria-label="Links" tabIndex={0}>
      <h2>Links</h2>
      <table>
        <thead>
          <tr>
            <th scope="col">Link</th>
            <th scope="col">Kind</th>
            <th scope="col">Peer</th>
            <th scope="col">Stage</th>
            <th scope="col" class="number">
              In
            </th>
            <th scope="col" class="number">
              Out
            </th>
            <th scope="col" class="number" title="Bytes that the socket has not read: in the driver, and in the modem">
              Unread
            </th>
          </tr>
        </thead>
        <tbody>
          {linkNumbers.map((id) => (
            <LinkRow key={id} id={id} link={links.find((link) => link.id === id)} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

function LinkRow({ id, link }: { readonly id: number; readonly link: LinkState | undefined }) {
  const head = (
    <th scope="row" class="link-number">
      {id}
    </th>
  );
  if (!link) {
    return (
      <tr class="unused">
        {head}
        <td colSpan={6}>free</td>
      </tr>
    );
  }
  return (
    <tr>
      {head}
      <td>{link.kind}</td>
      <td class="bytes">{peerOf(link)}</td>
      <td>
        {link.stage}
        {link.isHeld && <span class="held">, held</span>}
      </td>
      <td class="number">{count(link.received)}</td>
      <td class="number">{count(link.sent)}</td>
      <td class="number">{unreadOf(link)}</td>
    </tr>
  );
}
