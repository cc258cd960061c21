import type { SocketDetails } from 'rx-usocket/watch';

/** The sockets that are not closed yet. */
export function SocketTable({ sockets }: { readonly sockets: readonly SocketDetails[] }) {
  return (
    <section class="table-place" aria-label="Sockets" tabIndex={0}>
      <h2>Sockets</h2>
      {sockets.length === 0 ? (
        <p class="muted">No socket is open.</p>
      ) : (
        <table>
          <thead>
            <tr>
              <th scope="col">Socket</th>
              <th scope="col">Kind</th>
              <th scope="col">Link</th>
              <th scope="col">Stage</th>
            </tr>
          </thead>
          <tbody>
            {sockets.map(({ id, kind, link, stage }) => (
              <tr key={id}>
                <th scope="row">{id}</th>
                <td>{kind}</td>
                <td>{link ?? '–'}</td>
                <td>{stage}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}
