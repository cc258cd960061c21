import { useRef } from 'preact/hooks';

import { useObservable } from '../app/useObservable';
import { useNotices } from './useNotices';

/** The notices, in a region that a screen reader reads without interrupting. */
export function NoticeList() {
  const notices = useNotices();
  const all = useObservable(notices.all$, []);
  const list = useRef<HTMLDivElement>(null);
  const dismiss = (subject: string, at: number) => {
    // Its button goes away, so the focus moves on: to the button beside it, or to what comes after the notices.
    const buttons = list.current?.querySelectorAll('button') ?? [];
    const next = buttons[at + 1] ?? buttons[at - 1];
    (next ?? document.querySelector<HTMLElement>('[role=tab][aria-selected=true]'))?.focus();
    notices.dismiss(subject);
  };
  return (
    <div ref={list} class="notices" role="log" aria-label="Notices" aria-live="polite">
      {all.map(({ subject, kind, text }, at) => (
        <p key={subject} class={`notice ${kind}`}>
          <span>
            <span class="visually-hidden">{kind === 'error' ? 'Error: ' : 'Note: '}</span>
            {text}
          </span>
          <button type="button" class="quiet" aria-label={`Dismiss: ${text}`} onClick={() => dismiss(subject, at)}>
            Dismiss
          </button>
        </p>
      ))}
    </div>
  );
}
