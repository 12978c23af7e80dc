import { t } from './messages/messages.ts';

interface Props {
  label: string;
  value: number | null;
  onChange: (value: number | null) => void;
}

const MOST_STUDENTS = 99;

export function NumberField({ label, value, onChange }: Props) {
  const step = (by: number) => onChange(Math.min(MOST_STUDENTS, Math.max(0, (value ?? 0) + by)));
  return (
    <div class="field">
      <span>{label}</span>
      <span class="stepper">
        <button
          type="button"
          class="button round"
          onClick={() => step(-1)}
          aria-label={t('number.fewer', { label })}
        >
          <span aria-hidden="true">{'−'}</span>
        </button>
        <input
          class="num"
          type="text"
          inputMode="numeric"
          aria-label={label}
          value={value ?? ''}
          onInput={(event) => onChange(readNumber(event.currentTarget.value))}
        />
        <button
          type="button"
          class="button round"
          onClick={() => step(1)}
          aria-label={t('number.more', { label })}
        >
          <span aria-hidden="true">{'+'}</span>
        </button>
      </span>
    </div>
  );
}

function readNumber(text: string): number | null {
  const digits = text.replace(/\D/g, '');
  return digits === '' ? null : Math.min(MOST_STUDENTS, Number(digits));
}
