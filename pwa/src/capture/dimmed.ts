import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';

const KEY = 'capture-dimmed';

export const is_dimmed = signal(readChoice());

function readChoice(): boolean {
  try {
    return globalThis.localStorage?.getItem(KEY) === 'yes';
  } catch {
    return false;
  }
}

export function toggleDimmed(): void {
  is_dimmed.value = !is_dimmed.value;
  try {
    localStorage.setItem(KEY, is_dimmed.value ? 'yes' : 'no');
  } catch {
    // It stays dimmed until the page is left.
  }
}

/** For dark classrooms, on the capture screen only. */
export function useDimmedTheme(): void {
  const is_dim = is_dimmed.value;
  useEffect(() => {
    if (is_dim) document.documentElement.dataset.theme = 'dim';
    return () => {
      delete document.documentElement.dataset.theme;
    };
  }, [is_dim]);
}
