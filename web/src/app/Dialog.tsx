import type { ComponentChildren, RefObject } from 'preact';
import { useCallback, useId, useRef } from 'preact/hooks';

interface OpenDialog {
  readonly dialog: RefObject<HTMLDialogElement | null>;
  readonly open: () => void;
  readonly close: () => void;
}

/** Opens and closes a {@link Dialog}. */
export function useDialog(): OpenDialog {
  const dialog = useRef<HTMLDialogElement>(null);
  const open = useCallback(() => {
    if (!dialog.current?.open) dialog.current?.showModal();
  }, []);
  const close = useCallback(() => dialog.current?.close(), []);
  return { dialog, open, close };
}

interface DialogProps {
  readonly of: RefObject<HTMLDialogElement | null>;
  readonly title: string;
  readonly children: ComponentChildren;
}

/** A dialog of the browser, which keeps the focus in it and gives it back. A click beside it closes it. */
export function Dialog({ of, title, children }: DialogProps) {
  const titleId = useId();
  return (
    <dialog
      ref={of}
      aria-labelledby={titleId}
      onClick={({ target, currentTarget }) => {
        if (target === currentTarget) currentTarget.close();
      }}
    >
      <div class="dialog-box">
        <div class="dialog-head">
          <h2 id={titleId}>{title}</h2>
          <button type="button" onClick={() => of.current?.close()}>
            Close
          </button>
        </div>
        {children}
      </div>
    </dialog>
  );
}
