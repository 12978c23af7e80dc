/** [path within /app/, integrity], listed by the build in front of this file. */
declare const __PRECACHE__: readonly (readonly [string, string])[];
declare const __BUILD_ID__: string;
declare const self: ServiceWorkerGlobalScope;

export {};

const PREFIX = 'noticing-app-';
const CACHE = PREFIX + __BUILD_ID__;
const SHELL = '/app/';
const RELOAD_MS = 3_000;
const OBSERVATION_OPEN = 'noticing-observation-open';

// One build, whole or not at all: each file must be the very one that was built.
self.addEventListener('install', (event) => {
  event.waitUntil(precache());
});

self.addEventListener('activate', (event) => {
  event.waitUntil(dropOldCaches());
});

self.addEventListener('message', (event) => {
  if (event.data?.what === 'no-observation-open') event.waitUntil(takeOver());
});

// Writing and /api/ never pass through here; no answer but the build's own files is kept.
self.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== self.location.origin) return;
  if (!url.pathname.startsWith(SHELL)) return;
  if (request.mode === 'navigate') event.respondWith(fromCache(new Request(SHELL)));
  else event.respondWith(fromCache(request));
});

/** addAll puts nothing into the cache unless every file came as it was built. */
async function precache(): Promise<void> {
  const cache = await caches.open(CACHE);
  try {
    await cache.addAll(
      __PRECACHE__.map(
        ([path, integrity]) => new Request(SHELL + path, { integrity, cache: 'no-cache' }),
      ),
    );
  } catch (cause) {
    await caches.delete(CACHE);
    throw cause;
  }
}

/** The build before this one stays: a page of it may be open still, and may yet ask for a font. */
async function dropOldCaches(): Promise<void> {
  const ours = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== CACHE);
  await Promise.all(ours.slice(0, -1).map((name) => caches.delete(name)));
}

/** Only while no tab observes: each that does holds a shared lock. */
async function takeOver(): Promise<void> {
  if (!self.navigator.locks) return takeOverFromOne();
  if (!(await is_nobody_observing())) return;
  // A page that observes and is just being loaded again holds nothing for a moment.
  await new Promise((done) => setTimeout(done, RELOAD_MS));
  if (await is_nobody_observing()) await self.skipWaiting();
}

function is_nobody_observing(): Promise<boolean> {
  return self.navigator.locks.request(
    OBSERVATION_OPEN,
    { ifAvailable: true },
    async (lock) => lock !== null,
  );
}

/** Without locks nobody knows what another tab does: then only where there is none. */
async function takeOverFromOne(): Promise<void> {
  const pages = await self.clients.matchAll({ type: 'window', includeUncontrolled: true });
  if (pages.length <= 1) await self.skipWaiting();
}

async function fromCache(request: Request): Promise<Response> {
  const cache = await caches.open(CACHE);
  const found = await cache.match(request, { ignoreSearch: true });
  return found ?? (await fromBuildBefore(request)) ?? fetch(request);
}

/** Hashed files only: under such a name there is never another content. */
async function fromBuildBefore(request: Request): Promise<Response | undefined> {
  if (!new URL(request.url).pathname.startsWith(`${SHELL}assets/`)) return undefined;
  return caches.match(request, { ignoreSearch: true });
}
