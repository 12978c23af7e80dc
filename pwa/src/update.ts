const OBSERVATION_OPEN = 'noticing-observation-open';

/**
 * Installs the worker that lets the app open offline, and lets a new version take over
 * where it pulls the floor from under nobody: on Today, with no tab observing.
 */
export function keepUpToDate(): void {
  // Plain http from a tablet has no service worker; the app itself works.
  if (!('serviceWorker' in navigator)) return;
  navigator.serviceWorker
    .register('/app/sw.js', { scope: '/app/', updateViaCache: 'none' })
    .then(watch, (cause) => console.warn('no offline start', cause));
}

function watch(registration: ServiceWorkerRegistration): void {
  let has_new_version = false;
  const had_version = navigator.serviceWorker.controller !== null;
  const consider = () => {
    holdWhileObserving();
    if (!is_on_today()) return;
    if (has_new_version) location.reload();
    else registration.waiting?.postMessage({ what: 'no-observation-open' });
  };
  navigator.serviceWorker.addEventListener('controllerchange', () => {
    has_new_version = had_version;
    consider();
  });
  registration.addEventListener('updatefound', () => {
    registration.installing?.addEventListener('statechange', consider);
  });
  window.addEventListener('hashchange', consider);
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') registration.update().catch(() => undefined);
  });
  consider();
}

let letGo: (() => void) | null = null;

/** A shared lock that ends with the tab, however it ends; the worker looks whether anybody holds it. */
function holdWhileObserving(): void {
  const is_observing = location.hash.startsWith('#/capture');
  if (!is_observing) {
    letGo?.();
    letGo = null;
  } else if (!letGo && navigator.locks) {
    const held = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    void navigator.locks.request(OBSERVATION_OPEN, { mode: 'shared' }, () => held);
  }
}

function is_on_today(): boolean {
  return ['', '#', '#/'].includes(location.hash);
}
