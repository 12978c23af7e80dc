import { useState } from 'preact/hooks';

export type Saving = 'not_yet' | 'saving' | 'saved' | 'failed';
type Save = () => Promise<boolean>;

/** A second tap does nothing while the first is being saved, or after it was; after a failure it tries again. */
export function saveOnce(tell: (state: Saving) => void): (save: Save) => Promise<void> {
  let state: Saving = 'not_yet';
  const become = (next: Saving) => {
    state = next;
    tell(next);
  };
  return async (save) => {
    if (state === 'saving' || state === 'saved') return;
    become('saving');
    try {
      become((await save()) ? 'saved' : 'failed');
    } catch (error) {
      console.error(error);
      become('failed');
    }
  };
}

export function useSaving(): { state: Saving; is_busy: boolean; run: (save: Save) => void } {
  const [state, setState] = useState<Saving>('not_yet');
  const [once] = useState(() => saveOnce(setState));
  return {
    state,
    is_busy: state === 'saving' || state === 'saved',
    run: (save) => void once(save),
  };
}
