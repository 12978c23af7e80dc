/** The sentences in any draft field, one after another, to tell two versions apart. */
export function draftText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return value.map(draftText).filter(Boolean).join(' · ');
  if (typeof value === 'object' && value !== null) {
    const { evidence: _evidence, ...texts } = value as Record<string, unknown>;
    return draftText(Object.values(texts));
  }
  return '';
}
