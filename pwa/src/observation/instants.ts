const FORM =
  /^([12]\d{3})-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):([0-5]\d):([0-5]\d)(?:\.(\d{3}))?(Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/;

const MOST_KNOWN = 10_000;
const known = new Map<string, number>();

/** Epoch milliseconds of "2026-11-12T09:05:12.345-05:00"; 0 where a text is no such time. */
export function instantOf(text: unknown): number {
  if (typeof text !== 'string') return 0;
  const instant = known.get(text);
  if (instant !== undefined) return instant;
  if (known.size >= MOST_KNOWN) known.clear();
  const read = readInstant(text);
  known.set(text, read);
  return read;
}

function readInstant(text: string): number {
  const found = FORM.exec(text);
  if (!found) return 0;
  const [, year, month, day, hour, minute, second, ms, offset] = found;
  const date = Date.UTC(Number(year), Number(month) - 1, Number(day));
  if (new Date(date).getUTCDate() !== Number(day)) return 0;
  const time =
    ((Number(hour) * 60 + Number(minute)) * 60 + Number(second)) * 1000 + Number(ms ?? 0);
  return date + time - offsetOf(offset ?? 'Z');
}

function offsetOf(offset: string): number {
  if (offset === 'Z') return 0;
  const minutes = Number(offset.slice(1, 3)) * 60 + Number(offset.slice(4, 6));
  return (offset.startsWith('-') ? -minutes : minutes) * 60_000;
}

interface Timed {
  entry_id: string;
  occurred_at: string;
}

/** By instant, then by id: the one order in which a visit is told. */
export function compareTimed(a: Timed, b: Timed): number {
  return instantOf(a.occurred_at) - instantOf(b.occurred_at) || compareText(a.entry_id, b.entry_id);
}

export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
