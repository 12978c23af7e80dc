import { bytesOf } from '../visits/long_text.ts';
import { t } from './messages/messages.ts';

/** What goes on growing beyond this does not fit into an entry together with its neighbours. */
const FAR_TOO_LONG_BYTES = 10 * 1024;

/** Below a field that takes every text but keeps a shorter one: how much fits, when that gets short. */
export function RoomLeft({ text, most }: { text: string; most: number }) {
  const left = most - text.trim().length;
  if (left > most / 10) return null;
  if (left >= 0) return <p class="counter num">{t('room.left', { n: left })}</p>;
  const is_far_over = bytesOf(text) > FAR_TOO_LONG_BYTES;
  return (
    <p class="counter over num" role="status">
      {t(is_far_over ? 'room.far_over' : 'room.over', { n: -left })}
    </p>
  );
}

export function is_too_long(text: string, most: number): boolean {
  return text.trim().length > most;
}
