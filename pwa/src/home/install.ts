import { useEffect, useState } from 'preact/hooks';

/** Not in the DOM types: only Chromium offers it. */
interface InstallOffer extends Event {
  prompt(): Promise<unknown>;
}

let offer: InstallOffer | null = null;

// Fired once, early in the page's life: kept until Today shows the button.
globalThis.addEventListener?.('beforeinstallprompt', (event) => {
  event.preventDefault();
  offer = event as InstallOffer;
});

export function useInstall(): { is_installed: boolean; install: (() => void) | null } {
  const [is_installed, setInstalled] = useState(
    () => matchMedia('(display-mode: standalone), (display-mode: fullscreen)').matches,
  );
  useEffect(() => {
    const note = () => setInstalled(true);
    addEventListener('appinstalled', note);
    return () => removeEventListener('appinstalled', note);
  }, []);
  return { is_installed, install: offer ? () => void offer?.prompt() : null };
}
