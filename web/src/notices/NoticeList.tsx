import { useObservable } from '../app/useObservable';
import { useNotices } from './useNotices';

/** The notices, in a region that a screen reader reads without interrupting. */
export function NoticeList() {
  const notices = useNotices();
  const all = useObservable(notices.all$, []);
  return (
    <div class="notices" role="log" aria-label="Notices" aria-live="polite">
      {all.map(({ subject, kind, text }) => (
        <p key={subject} class={`notice ${kind}`}>
          <span>
            <span class="visually-hidden">{kind === 'error' ? 'Error: ' : 'Note: '}</span>
            {text}
          </span>
          <button type="button" class="quiet" aria-label={`Dismiss: ${text}`} onClick={() => notices.dismiss(subject)}>
            Dismiss
          </button>
        </p>
      ))}
    </div>
  );
}
