import { useState } from 'preact/hooks';
import { t } from '../../ui/messages/messages.ts';
import { nowText } from '../../ui/times.ts';
import { nameRescueFile } from '../../vault/rescue_file.ts';

export interface RescueProps {
  /** How many entries it will hold. */
  n: number;
  /** About how large it will be; null: not known before. */
  bytes: number | null;
  /** False where this browser cannot encrypt: the file can then be read by whoever has it. */
  is_sealed: boolean;
  /** Photos that wait, too: they are too large for it and stay on the tablet. */
  photos?: number;
  /** The text of the file, signed and, where it can be, sealed; and how many entries it holds. */
  onMake: () => Promise<{ text: string; n: number }>;
  /** It was handed to the browser, with so many entries. */
  onSaved?: (n: number) => void;
}

type State = { saved: string; n: number; bytes: number } | 'making' | 'failed' | null;

/** "Save rescue file": the way out where no network comes. */
export function RescueButton(props: RescueProps) {
  const { n, bytes, is_sealed, photos = 0, onMake, onSaved } = props;
  const [state, setState] = useState<State>(null);
  if (n === 0) return null;
  const save = async () => {
    setState('making');
    try {
      const made = await onMake();
      const name = nameRescueFile(nowText());
      const file = new Blob([made.text], { type: 'application/json' });
      handOut(file, name);
      setState({ saved: name, n: made.n, bytes: file.size });
      onSaved?.(made.n);
    } catch (cause) {
      console.error(cause);
      setState('failed');
    }
  };
  return (
    <section class="rescue">
      <button type="button" class="button" disabled={state === 'making'} onClick={save}>
        {t('rescue.save')}
      </button>
      <p class="soft">
        {bytes === null
          ? t('rescue.count', { n })
          : t('rescue.count_size', { n, size: sizeText(bytes) })}{' '}
        {t('rescue.what_for')} {t(is_sealed ? 'rescue.is_sealed' : 'rescue.is_open')}
        {photos > 0 && <> {t('rescue.no_photos', { n: photos })}</>}
      </p>
      <p role="status">
        {state === 'failed' && t('rescue.failed')}
        {state !== null && typeof state === 'object' && (
          <b>{t('rescue.saved', { n: state.n, size: sizeText(state.bytes), name: state.saved })}</b>
        )}
      </p>
    </section>
  );
}

/** "14 KB" */
export function sizeText(bytes: number): string {
  if (bytes < 1_000_000) return t('rescue.kb', { n: Math.max(1, Math.round(bytes / 1000)) });
  return t('rescue.mb', { n: Math.round(bytes / 100_000) / 10 });
}

function handOut(file: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  // Some browsers read it only after the click is over.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
