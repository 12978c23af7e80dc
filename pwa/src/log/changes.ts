import type { LogChange } from './log.ts';

type Listener = (change: LogChange) => void;
type Told = Omit<LogChange, 'from'>;

/** Tells this tab's listeners, and those of other tabs of the same account. */
export function announceChanges(name: string) {
  const listeners = new Set<Listener>();
  const tell = (change: LogChange) => {
    for (const listener of listeners) listener(change);
  };
  const channel = typeof BroadcastChannel === 'function' ? new BroadcastChannel(name) : null;
  if (channel)
    channel.onmessage = (message) => tell({ ...(message.data as Told), from: 'elsewhere' });

  return {
    announce(change: Told): void {
      channel?.postMessage(change);
      tell({ ...change, from: 'here' });
    },
    subscribe(listener: Listener): () => void {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close(): void {
      listeners.clear();
      channel?.close();
    },
  };
}
