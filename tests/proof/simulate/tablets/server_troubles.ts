import type { Schedule } from './schedule.ts';

const DAY_MS = 24 * 3_600_000;

export function arm(
  schedule: Schedule,
  where: 'statement' | 'before_commit' | 'after_commit',
): void {
  const { chance, server, ledger } = schedule;
  const path = chance.happens(0.8) ? '/api/v1/sync/push' : '/api/v1/';
  const count = where === 'statement' ? chance.between(1, 30) : chance.between(1, 2);
  server.crash = { where, count, path };
  ledger.tell('server', `will die at ${where} ${count} of ${path}`);
}

export function turnServerClock({ chance, server, ledger, world }: Schedule): void {
  server.offset_ms = Math.round(
    (chance.fraction() - 0.5) * 2 * chance.pick([120_000, 3_600_000, DAY_MS]),
  );
  ledger.hit('server_clock');
  ledger.tell('server', `clock is ${server.offset_ms} ms off`);
  world.after(chance.between(15_000, 100_000), () => {
    server.offset_ms = 0;
  });
}

export function endSessions({ chance, server, ledger, seats }: Schedule): void {
  const seat = chance.pick(seats);
  server.change('end_sessions', seat.profile.person_id);
  ledger.hit('sessions_ended');
  ledger.tell('server', `sessions of ${seat.who} ended`);
}

export function expireSession({ chance, server, ledger, tablets }: Schedule): void {
  const tablet = chance.pick(tablets);
  server.signOut(tablet.name);
  ledger.hit('session_expired');
  ledger.tell(tablet.name, 'session expired');
}

export function corruptByte(schedule: Schedule): void {
  const { chance, server, ledger } = schedule;
  const hash = server.corrupt(chance.below(100_000));
  if (hash === null) return;
  schedule.corrupted.add(hash);
  ledger.hit('byte_corrupted');
  ledger.tell('server', `a byte of ${nameOf(schedule, hash)} is corrupted`);
}

function nameOf({ ledger }: Schedule, hash: string): string {
  for (const tap of ledger.taps.values()) if (tap.hash === hash) return `tap ${tap.number}`;
  return 'something else';
}
