// In the place of sw.js while NOTICING_APP_WORKER is "off": a tablet that has a worker gets this one at its next
// visit. It takes the worker and its copy of the app away, and nothing else: what was noticed lies in IndexedDB
// and in the private file system, and is not touched. Until it is on again, the app opens only with a network.
// The app of a page that is slow to open may register itself after that, and browsers then revive this worker: it
// stays registered, but answers nothing and keeps no copy, and gives way to sw.js like any other.

self.addEventListener('install', () => {
  // At once, even under an open observation: the worker before may be the fault. No page is reloaded by it.
  self.skipWaiting();
});

self.addEventListener('activate', (event) => {
  event.waitUntil(stepDown());
});

async function stepDown() {
  const ours = (await caches.keys()).filter((name) => name.startsWith('noticing-app-'));
  await Promise.all(ours.map((name) => caches.delete(name)));
  await self.registration.unregister();
}
