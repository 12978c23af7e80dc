import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { h } from 'preact';
import { describe, expect, test } from 'vitest';
import { laterLines } from '../../pwa/src/review/timeline/added_later.ts';
import { RoomLeft } from '../../pwa/src/ui/room_left.tsx';
import { lineDrafts } from '../../pwa/src/visits/half_line.ts';
import { fits, LINE_MAX, splitText } from '../../pwa/src/visits/long_text.ts';
import { show } from './page.ts';

const SOURCE = fileURLToPath(new URL('../../pwa/src', import.meta.url));
const words = (count: number) => Array.from({ length: count }, (_, at) => `word${at}`).join(' ');

describe('a text that is longer than an entry', () => {
  test('is split between words, in order, and nothing of it is lost', () => {
    const text = words(2_000);
    const pieces = splitText(text);
    expect(pieces.length).toBeGreaterThan(2);
    expect(pieces.every((piece) => piece.length <= LINE_MAX)).toBe(true);
    expect(pieces.join(' ')).toBe(text);
  });

  test('is split anywhere where it has no words, but never within a sign', () => {
    const text = `a${'😀'.repeat(5_000)}`;
    const pieces = splitText(text);
    expect(pieces.join('')).toBe(text);
    expect(pieces.every((piece) => piece.length <= LINE_MAX)).toBe(true);
    // Half a sign would not outlive UTF-8.
    expect(pieces.every((piece) => Buffer.from(piece).toString() === piece)).toBe(true);
  });

  test('stays as it is where it is short', () => {
    expect(splitText('What could  we draw?')).toEqual(['What could  we draw?']);
    expect(splitText('')).toEqual([]);
  });

  test('of any script becomes lines that the server accepts', () => {
    for (const piece of splitText('学'.repeat(40_000))) {
      expect(fits({ text: piece, speaker: 'T' })).toBe(true);
    }
    expect(fits({ text: '学'.repeat(11_000), speaker: 'T' })).toBe(false);
  });

  test('becomes lines of one moment that stay in their order', () => {
    const line = { text: words(2_000), speaker: 'S', occurred_at: '2026-11-12T09:05:00.999-05:00' };
    const drafts = lineDrafts({ ...line, speaker: 'S' as const }, 'heard');
    expect(drafts.map((one) => one.occurred_at).slice(0, 3)).toEqual([
      '2026-11-12T09:05:00.999-05:00',
      '2026-11-12T09:05:01.000-05:00',
      '2026-11-12T09:05:01.001-05:00',
    ]);
    expect(drafts.map((one) => one.payload?.text).join(' ')).toBe(line.text);
    expect(drafts.every((one) => one.item_key === 'heard')).toBe(true);
  });

  test('is split where it is added later, too', () => {
    const said = { text: words(2_000), speaker: 'O', at: '09:14' };
    const drafts = laterLines('heard', '2026-11-12T09:00:00.000-05:00', said);
    expect(drafts.map((one) => one.payload?.text).join(' ')).toBe(said.text);
    expect(drafts[1]?.occurred_at).toBe('2026-11-12T09:14:00.001-05:00');
  });
});

describe('a field', () => {
  test('says how much room is left only when it gets short', () => {
    expect(show(h(RoomLeft, { text: 'x'.repeat(500), most: 1000 })).text()).toBe('');
    expect(show(h(RoomLeft, { text: 'x'.repeat(950), most: 1000 })).text()).toContain('50');
  });

  test('says plainly when a text is too long, and that nothing was cut', () => {
    const said = show(h(RoomLeft, { text: 'x'.repeat(1_340), most: 1000 })).text();
    expect(said).toContain('340');
    expect(said).toContain('Nothing was cut');
  });

  test('cuts nothing by itself: only the PIN has a length', () => {
    const files = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' });
    const cutting = files.filter(
      (file) => /\.tsx$/.test(file) && /maxLength/.test(readFileSync(join(SOURCE, file), 'utf8')),
    );
    expect(cutting.sort()).toEqual(['home/lock/pin_dialog.tsx', 'home/lock/pin_screen.tsx']);
  });
});
