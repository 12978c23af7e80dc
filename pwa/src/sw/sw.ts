/** [path within /app/, integrity], listed by the build in front of this file. */
declare const __PRECACHE__: readonly (readonly [string, string])[];
declare const __BUILD_ID__: string;
declare const self: ServiceWorkerGlobalScope;

export {};

const PREFIX = 'noticing-app-';
const CACHE = PREFIX + __BUILD_ID__;
const SHELL = '/app/';
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

async function precache(): Promise<void> {
  const cache = await caches.open(CACHE);
  await cache.addAll(
    __PRECACHE__.map(
      ([path, integrity]) => new Request(SHELL + path, { integrity, cache: 'no-cache' }),
    ),
  );
}

async function dropOldCaches(): Promise<void> {
  const names = await caches.keys();
  const old = names.filter((name) => name.startsWith(PREFIX) && name !== CACHE);
  await Promise.all(old.map((name) => caches.delete(name)));
}

/** Only while no tab observes: each that does holds a shared lock. */
async function takeOver(): Promise<void> {
  if (!self.navigator.locks) return self.skipWaiting();
  await self.navigator.locks.request(OBSERVATION_OPEN, { ifAvailable: true }, async (lock) => {
    if (lock) await self.skipWaiting();
  });
}

async function fromCache(request: Request): Promise<Response> {
  const cache = await caches.open(CACHE);
  return (await cache.match(request, { ignoreSearch: true })) ?? fetch(request);
}
