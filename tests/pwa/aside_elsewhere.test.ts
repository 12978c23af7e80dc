import 'fake-indexeddb/auto';
import { deleteDB } from 'idb';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { asideWithoutWords } from '../../pwa/src/log/aside.ts';
import { acknowledge } from '../../pwa/src/log/deliver.ts';
import type { DeviceLog, ReceivedItem } from '../../pwa/src/log/log.ts';
import { openLog } from '../../pwa/src/log/open.ts';
import { readMark } from '../../pwa/src/log/read.ts';
import { countMarks } from '../../pwa/src/visits/mark_state.ts';
import { summarizeVisit } from '../../pwa/src/visits/visits.ts';
import { PERSON, receive, tap, taps, VISIT } from './tablet.ts';

const WHY = { code: 'item-unknown', text: 'Why.' };
const ELSEWHERE = '0190b000-0000-7000-8000-0000000000f7';
let log: DeviceLog;

beforeEach(async () => {
  log = await openLog(PERSON);
});

afterEach(async () => {
  log.close();
  await deleteDB(`noticing-${PERSON}`);
});

function handOut(...items: ReceivedItem[]): Promise<void> {
  return receive(log, { items, cursor: 'c' });
}

function aside(stream_id: string, stream_seq: number, entry_id: string): ReceivedItem {
  return { what: 'set_aside', stream_id, stream_seq, entry_id, ...WHY };
}

test('what another device made and the server set aside is counted and named with its sentence', async () => {
  await handOut(aside(ELSEWHERE, 4, 'a'), aside(ELSEWHERE, 5, 'b'));
  expect(await log.counts()).toMatchObject({ set_aside: 2, on_tablet: 0, sent: 0 });
  expect(await log.perform(asideWithoutWords())).toMatchObject([
    { stream_seq: 4, ...WHY, is_own: false },
    { stream_seq: 5, ...WHY, is_own: false },
  ]);
});

test('it is neither counted nor named any more when the server has taken it after all', async () => {
  const made = tap();
  await handOut(aside(ELSEWHERE, 4, made.entry.entry_id));
  await handOut({ what: 'entry', stream_id: ELSEWHERE, stream_seq: 4, body: made.body });
  expect((await log.counts()).set_aside).toBe(0);
  expect(await log.perform(asideWithoutWords())).toEqual([]);
});

test('a fetched entry that the server set aside is amber in its visit and stands in the list with its words', async () => {
  const [started, made] = [tap({ kind: 'observation.started', item_key: null }), tap()];
  const fetched = [started, made].map(({ body }, place) => {
    return { what: 'entry' as const, stream_id: ELSEWHERE, stream_seq: place + 1, body };
  });
  await handOut(...fetched, aside(ELSEWHERE, 2, made.entry.entry_id));
  const shown = await log.entriesOf(VISIT);
  const states = new Map(shown.map((one) => [one.entry.kind, one.state]));
  expect(states.get('observation.started')).toBe('check');
  expect(states.get('item.marked')).toBe('set_aside');
  expect(countMarks(shown).set_aside).toBe(1);
  expect(summarizeVisit(shown)?.state).toBe('set_aside');
  const listed = await log.setAside();
  expect(listed).toMatchObject([{ is_own: false, set_aside: WHY, body: made.body }]);
  expect(await log.perform(asideWithoutWords())).toEqual([]);
  expect((await log.counts()).set_aside).toBe(1);
});

test('all that is counted is listed once, of this tablet and of others', async () => {
  const own = await log.append(taps(3));
  const { stream_id } = await log.perform(readMark());
  const said = { stream_id, stream_seq: 2, entry_id: own[1]?.entry.entry_id ?? '', ...WHY };
  await log.perform(acknowledge({ stream_id, through: 2, hash: 'h', set_aside: [said] }));
  await handOut(aside(ELSEWHERE, 4, 'a'), aside(stream_id, 9, 'its twin made it'));
  const [listed, wordless] = [await log.setAside(), await log.perform(asideWithoutWords())];
  expect(listed.map((one) => one.stream_seq)).toEqual([2]);
  expect(wordless.map((one) => [one.stream_id, one.is_own])).toEqual(
    [
      [ELSEWHERE, false],
      [stream_id, false],
    ].sort(),
  );
  expect((await log.counts()).set_aside).toBe(3);
});

test.each(['same-id-other-content', 'device-revoked'])(
  'what was set aside for the id of an accepted entry does not touch that one: %s',
  async (code) => {
    const [made] = await log.append([tap()]);
    const { stream_id } = await log.perform(readMark());
    await log.perform(acknowledge({ stream_id, through: 1, hash: 'h', set_aside: [] }));
    await handOut({ ...aside(ELSEWHERE, 4, made?.entry.entry_id ?? ''), code } as ReceivedItem);
    expect((await log.entriesOf(VISIT)).map((one) => one.state)).toEqual(['check']);
    expect((await log.counts()).set_aside).toBe(1);
  },
);

test('an entry of this tablet counts as set aside when it has its check, and is a dot until then', async () => {
  const [made] = await log.append([tap()]);
  const { stream_id } = await log.perform(readMark());
  await handOut(aside(stream_id, 1, made?.entry.entry_id ?? ''));
  expect(await log.counts()).toMatchObject({ on_tablet: 1, set_aside: 0 });
  expect(await log.perform(asideWithoutWords())).toEqual([]);
  await log.perform(acknowledge({ stream_id, through: 1, hash: 'h', set_aside: [] }));
  expect(await log.counts()).toMatchObject({ on_tablet: 0, set_aside: 1 });
});
