import { useEffect, useState } from 'preact/hooks';
import type { Visit } from '../../visits/visit.ts';
import { type Composer, openComposer } from './composer_state.ts';

export function useComposer(visit: Visit): Composer {
  const [composer] = useState(() => openComposer(visit));
  useEffect(() => {
    const saveHidden = () => document.visibilityState === 'hidden' && composer.saveNow();
    document.addEventListener('visibilitychange', saveHidden);
    addEventListener('pagehide', composer.saveNow);
    return () => {
      document.removeEventListener('visibilitychange', saveHidden);
      removeEventListener('pagehide', composer.saveNow);
      composer.close();
    };
  }, [composer]);
  return composer;
}
