import type { Seen } from './faultsSeen';

interface SeenBySocketsProps {
  readonly seen: Seen;
  /** What is said before the first fault. */
  readonly invitation: string;
  readonly refusal?: string | undefined;
}

/** What the sockets have seen since the last fault. */
export function SeenBySockets({ seen: { fault, failures }, invitation, refusal }: SeenBySocketsProps) {
  return (
    <section class="seen-by-sockets" aria-label="What each socket saw" aria-live="polite">
      <h2>What each socket saw</h2>
      {refusal !== undefined && <p class="refusal">{refusal}</p>}
      {failures.length === 0 && (
        <p class="muted">{fault ? `No call has failed since “${fault.title}”.` : invitation}</p>
      )}
      {failures.length > 0 && (
        <table>
          <caption class="muted">{fault ? `Since “${fault.title}”` : 'Without a fault'}</caption>
          <thead>
            <tr>
              <th scope="col">Socket</th>
              <th scope="col">Call</th>
              <th scope="col">Error</th>
              {fault && <th scope="col">After</th>}
            </tr>
          </thead>
          <tbody>
            {failures.map(({ id, socket, name, code, text, time }) => (
              <tr key={id}>
                <td class="number">{socket}</td>
                <td>{name}</td>
                <td>
                  <strong>{code}</strong> <span class="muted">{text}</span>
                </td>
                {fault && <td class="number">{shownSeconds(time - fault.time)}</td>}
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

function shownSeconds(milliseconds: number): string {
  return `${Math.max(0, milliseconds / 1000).toFixed(1)} s`;
}
