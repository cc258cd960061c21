import type { LinkDetails } from 'rx-usocket/watch';

import { count, peerOf, unreadOf } from './words';

/** The modem has five links. */
const linkNumbers = [0, 1, 2, 3, 4];

interface LinkTableProps {
  readonly links: readonly LinkDetails[];
  /** Whether nobody knows what the sockets have read. */
  readonly isDerived: boolean;
}

/** The five links of the modem. */
export function LinkTable({ links, isDerived }: LinkTableProps) {
  return (
    <section class="table-place" aria-label="Links" tabIndex={0}>
      <h2>Links</h2>
      <table>
        <thead>
          <tr>
            <th scope="col">Link</th>
            <th scope="col">Peer, kind and stage</th>
            <th scope="col" class="number">
              In
            </th>
            <th scope="col" class="number">
              Out
            </th>
            {isDerived ? (
              <th scope="col" class="number" title="Bytes that wait in the modem">
                Waiting
              </th>
            ) : (
              <th scope="col" class="number" title="Bytes that the socket has not read: in the driver, or in the modem">
                Unread
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {linkNumbers.map((id) => (
            <LinkRow key={id} id={id} link={links.find((link) => link.id === id)} isDerived={isDerived} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

interface LinkRowProps {
  readonly id: number;
  readonly link: LinkDetails | undefined;
  readonly isDerived: boolean;
}

function LinkRow({ id, link, isDerived }: LinkRowProps) {
  const head = (
    <th scope="row" class="link-number">
      {id}
    </th>
  );
  if (!link) {
    return (
      <tr class="unused">
        {head}
        <td colSpan={4}>free</td>
      </tr>
    );
  }
  const { bytes, place } = unreadOf(link);
  return (
    <tr>
      {head}
      <td>
        <div class="bytes">{peerOf(link)}</div>
        <div class="muted">
          {link.kind}, {link.stage}
          {link.isHeld && <span class="held">, sender held</span>}
        </div>
      </td>
      <td class="number">{count(link.received)}</td>
      <td class="number">{count(link.sent)}</td>
      <td class="number">
        <div>{bytes}</div>
        {place !== undefined && !isDerived && <div class="muted">{place}</div>}
      </td>
    </tr>
  );
}
