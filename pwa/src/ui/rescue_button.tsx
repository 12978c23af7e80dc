import { useState } from 'preact/hooks';
import { nameRescueFile } from '../vault/rescue_file.ts';
import { t } from './messages/messages.ts';
import { nowText } from './times.ts';

export interface RescueProps {
  /** How many entries it will hold; null: they could not be counted. */
  n: number | null;
  /** About how large it will be. */
  bytes: number;
  /** False where this browser cannot encrypt: the file can then be read by whoever has it. */
  is_sealed: boolean;
  /** How many photos wait. */
  photos?: number;
  /** Nothing is said beside the button until a file is saved. */
  is_terse?: boolean;
  onMake: () => Promise<MadeRescue>;
  /** It was handed to the browser; so many entries and photos lie in it and the files before it. */
  onSaved?: (n: number) => void;
}

export interface MadeRescue {
  /** The file, signed and, where it can be, sealed. */
  text: string;
  /** How many entries it holds, and how many photos. */
  n: number;
  photos: number;
  /** Photos for one more file, for which there was no room. */
  left: number;
  /** Photos that no file can hold. */
  staying: number;
  /** False: the log could not be read, so it holds only what lies beside it. */
  is_whole: boolean;
  /** Entries and photos of this file and those before it; 0 where what they leave out is not known. */
  all: number;
}

type Saved = Omit<MadeRescue, 'text'> & { name: string; bytes: number };
type State = Saved | 'making' | 'failed' | null;

/** "Save rescue file": the way out where no network comes. */
export function RescueButton(props: RescueProps) {
  const { n, photos = 0, is_terse = false, onMake, onSaved } = props;
  const [state, setState] = useState<State>(null);
  if (n !== null && n + photos === 0) return null;
  const saved = typeof state === 'object' ? state : null;
  const save = async () => {
    setState('making');
    try {
      const { text, ...made } = await onMake();
      const name = nameRescueFile(nowText());
      const file = new Blob([text], { type: 'application/json' });
      handOut(file, name);
      setState({ ...made, name, bytes: file.size });
      onSaved?.(made.all);
    } catch (cause) {
      console.error(cause);
      setState('failed');
    }
  };
  return (
    <section class="rescue">
      <button type="button" class="button" disabled={state === 'making'} onClick={save}>
        {t(saved?.left ? 'rescue.save_next' : 'rescue.save')}
      </button>
      {(!is_terse || saved) && <WhatFor {...props} />}
      <p role="status">
        {state === 'failed' && t('rescue.failed')}
        {saved && <SavedWords {...saved} />}
      </p>
    </section>
  );
}

function WhatFor({ n, photos = 0, bytes, is_sealed, is_terse = false }: RescueProps) {
  const count =
    n === null
      ? t('rescue.not_counted')
      : t('rescue.count', { what: what(n, photos), size: sizeText(bytes) });
  return (
    <p class="soft">
      {!is_terse && `${count} `}
      {t('rescue.what_for', { address: `${location.origin}/rescue` })}{' '}
      {t(is_sealed ? 'rescue.is_sealed' : 'rescue.is_open')}
    </p>
  );
}

function SavedWords({ n, photos, left, staying, is_whole, bytes, name }: Saved) {
  return (
    <>
      <b>{t('rescue.saved', { what: what(n, photos), size: sizeText(bytes), name })}</b>
      {left > 0 && <> {t('rescue.left', { n: left })}</>}
      {staying > 0 && <> {t('rescue.staying', { n: staying })}</>}
      {!is_whole && <> {t('rescue.not_whole')}</>}
    </>
  );
}

/** "12 entries and 3 photos" */
function what(n: number, photos: number): string {
  if (photos === 0) return t('rescue.entries', { n });
  if (n === 0) return t('rescue.photos', { n: photos });
  return t('rescue.both', {
    entries: t('rescue.entries', { n }),
    photos: t('rescue.photos', { n: photos }),
  });
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
