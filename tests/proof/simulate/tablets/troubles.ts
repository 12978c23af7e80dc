import { bring, cutPower, fill, loseStore, spoilRow, tearEnd, wipe } from './disk_troubles.ts';
import { WEATHERS } from './link.ts';
import type { Schedule } from './schedule.ts';
import {
  arm,
  corruptByte,
  endSessions,
  expireSession,
  turnServerClock,
} from './server_troubles.ts';
import {
  clone,
  freeze,
  killBrowser,
  killPage,
  lock,
  openSecondTab,
  restoreImage,
  sleep,
  turnTabletClock,
} from './tablet_troubles.ts';

/** What can be done to a running school. Each gives how it is healed, where that does not come by itself. */
export type Fault = (schedule: Schedule) => void;

/** How often each is chosen, and what it does. `hit` is called where it really took place. */
export const FAULTS: Readonly<Record<string, readonly [weight: number, Fault]>> = {
  ...Object.fromEntries(
    WEATHERS.map((weather) => [
      weather,
      [1, (schedule: Schedule) => schedule.spoil(weather)] as const,
    ]),
  ),
  server_killed: [1, (schedule) => schedule.killServer('server_killed')],
  crash_statement: [1.5, (schedule) => arm(schedule, 'statement')],
  crash_before_commit: [1.5, (schedule) => arm(schedule, 'before_commit')],
  crash_after_commit: [1.5, (schedule) => arm(schedule, 'after_commit')],
  restored: [1, (schedule) => schedule.restoreServer()],
  server_clock: [0.5, turnServerClock],
  pairing_ended: [0.2, (schedule) => schedule.endReading('end_pairing', 'pairing_ended')],
  role_ended: [0.2, (schedule) => schedule.endReading('end_role', 'role_ended')],
  streams_revoked: [0.2, (schedule) => schedule.endReading('revoke_streams', 'streams_revoked')],
  sessions_ended: [0.5, endSessions],
  session_expired: [0.5, expireSession],
  byte_corrupted: [0.5, corruptByte],
  page_killed: [2, killPage],
  browser_killed: [1, killBrowser],
  power_cut: [2, cutPower],
  torn_end: [0.7, tearEnd],
  torn: [1, (schedule) => bring(schedule, 'torn')],
  handle_lost: [1, (schedule) => bring(schedule, 'handle_lost')],
  unheard: [1, (schedule) => bring(schedule, 'unheard')],
  quota: [1, fill],
  wiped: [0.7, wipe],
  store_lost: [0.5, loseStore],
  cloned: [0.7, clone],
  image_restored: [0.7, restoreImage],
  two_tabs: [1, openSecondTab],
  tab_frozen: [1, freeze],
  tablet_clock: [0.7, turnTabletClock],
  slept: [0.7, sleep],
  locked: [0.7, lock],
  row_unreadable: [0.5, spoilRow],
  months_pass: [0.15, (schedule) => schedule.letMonthPass()],
};
