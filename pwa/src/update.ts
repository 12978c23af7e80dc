const OBSERVATION_OPEN = 'noticing-observation-open';
const LOOK_AGAIN_MS = 5_000;
const ASK_AGAIN_MS = 60 * 60 * 1000;

/**
 * Installs the worker that lets the app open offline, and lets a new version take over
 * where it pulls the floor from under nobody: on Today, with no tab observing.
 * What is not sent yet is no reason to wait: the new version may be what sends it.
 */
export function keepUpToDate(): void {
  // Before anything is waited for: another tab may be asking for the new version just now.
  holdWhileObserving();
  window.addEventListener('hashchange', holdWhileObserving);
  // Plain http from a tablet has no service worker; the app itself works.
  if (!('serviceWorker' in navigator)) return;
  navigator.serviceWorker
    .register('/app/sw.js', { scope: '/app/', updateViaCache: 'none' })
    .then(watch, (cause) => console.warn('no offline start', cause));
}

function watch(registration: ServiceWorkerRegistration): void {
  let has_new_version = false;
  let asked_ms = Date.now();
  const had_version = navigator.serviceWorker.controller !== null;
  const consider = () => {
    if (!is_on_today()) return;
    if (has_new_version) location.reload();
    else registration.waiting?.postMessage({ what: 'no-observation-open' });
  };
  const askForNews = () => {
    asked_ms = Date.now();
    registration.update().catch(() => undefined);
  };
  navigator.serviceWorker.addEventListener('controllerchange', () => {
    has_new_version = had_version;
    consider();
  });
  registration.addEventListener('updatefound', () => {
    registration.installing?.addEventListener('statechange', consider);
  });
  window.addEventListener('hashchange', () => {
    held.then(consider);
    if (Math.abs(Date.now() - asked_ms) > ASK_AGAIN_MS) askForNews();
  });
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState !== 'visible') return;
    consider();
    askForNews();
  });
  consider();
  // The observation that it waits for may be in another tab, and end by closing that.
  setInterval(consider, LOOK_AGAIN_MS);
}

/** Ends when this tab has let go. */
let held: Promise<unknown> = Promise.resolve();
let letGo: (() => void) | null = null;

/** A shared lock that ends with the tab, however it ends; the worker looks whether anybody holds it. */
function holdWhileObserving(): void {
  const is_observing = location.hash.startsWith('#/capture');
  if (!is_observing) {
    letGo?.();
    letGo = null;
  } else if (!letGo && navigator.locks) {
    const observed = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    held = navigator.locks.request(OBSERVATION_OPEN, { mode: 'shared' }, () => observed);
  }
}

function is_on_today(): boolean {
  return ['', '#', '#/'].includes(location.hash);
}
