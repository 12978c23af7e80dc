import { t } from '../../ui/messages/messages.ts';

/** The truth about encryption, where it is not whole; nothing where it is. */
export function EncryptionNotice({ kind }: { kind: 'hidden' | 'written_out' | 'none' }) {
  if (kind === 'hidden') return null;
  return <p class="notice">{t(kind === 'none' ? 'encryption.none' : 'encryption.written_out')}</p>;
}

interface EndedProps {
  /** lease: the server was not heard for too long. server: it said that this person reads no more. */
  why: 'lease' | 'server';
  onTryNow: () => void;
}

/** In the place of what came from the server. */
export function ReadingEnded({ why, onTryNow }: EndedProps) {
  return (
    <section class="notice">
      <p>
        <b>{t(why === 'lease' ? 'lease.title' : 'lease.server_title')}</b>{' '}
        {t(why === 'lease' ? 'lease.text' : 'lease.server_text')}
      </p>
      {why === 'lease' && (
        <button type="button" class="button" onClick={onTryNow}>
          {t('lease.try_now')}
        </button>
      )}
    </section>
  );
}
