import { get, keys, put, remove, run, seal } from '../machine/ask.ts';
import type { Kept, Script } from '../machine/effect.ts';
import { openKept } from './bodies.ts';

const PREFIX = 'half_line ';

/**
 * What is being typed lies sealed, as everything that says something. A power cut may take back the last
 * letters, a crash of the browser not one. null: there is none any more.
 */
export function* writeHalfLine(subject_id: string, text: string | null): Script<void> {
  const [kept] = text === null ? [] : yield* seal([text]);
  yield* run<void>({
    stores: ['meta'],
    mode: 'readwrite',
    durability: 'relaxed',
    work: () =>
      kept === undefined
        ? remove('meta', PREFIX + subject_id)
        : put('meta', kept, PREFIX + subject_id),
  });
}

/** null: none, or it cannot be read now. */
export function* readHalfLine(subject_id: string): Script<string | null> {
  const kept = yield* run<Kept | undefined>({
    stores: ['meta'],
    mode: 'readonly',
    durability: 'relaxed',
    work: () => get<Kept>('meta', PREFIX + subject_id),
  });
  const opened = yield* openKept([kept ?? null]);
  return opened === 'locked' ? null : (opened[0] ?? null);
}

/** Of which subjects there is one. */
export function* subjectsWithHalfLine(): Script<string[]> {
  const found = yield* run({
    stores: ['meta'],
    mode: 'readonly',
    durability: 'relaxed',
    work: () => keys<string>('meta', { from: PREFIX, through: `${PREFIX}\uffff` }),
  });
  return found.map((key) => key.slice(PREFIX.length));
}
