import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import { t } from './messages/messages.ts';

interface Props {
  title: string;
  is_wide?: boolean;
  onClose: () => void;
  children: ComponentChildren;
}

/** The browser's own dialog: keeps the focus inside, closes with Escape, gives the focus back. */
export function Dialog({ title, is_wide = false, onClose, children }: Props) {
  const ref = useRef<HTMLDialogElement>(null);
  const title_id = useId();
  const is_over = useRef(false);
  useEffect(() => {
    const dialog = ref.current;
    const opener = document.activeElement;
    dialog?.showModal();
    return () => {
      is_over.current = true;
      dialog?.close();
      if (opener instanceof HTMLElement && opener.isConnected) opener.focus();
    };
  }, []);
  return (
    <dialog
      ref={ref}
      class={is_wide ? 'dialog wide' : 'dialog'}
      aria-labelledby={title_id}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      // Asked often enough, by Escape or by Back, a browser closes it without asking the page.
      onClose={({ currentTarget }) => {
        if (is_over.current) return;
        currentTarget.showModal();
        onClose();
      }}
    >
      <div class="dialog-inside">
        <div class="dialog-head">
          <h2 id={title_id}>{title}</h2>
          <button
            type="button"
            class="button round"
            onClick={onClose}
            aria-label={t('action.close')}
          >
            <CrossIcon />
          </button>
        </div>
        {children}
      </div>
    </dialog>
  );
}

function CrossIcon() {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
      <path d="M6 6l12 12M18 6L6 18" />
    </svg>
  );
}
