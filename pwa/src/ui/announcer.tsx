import { signal } from '@preact/signals';

const said = signal('');
let timer: ReturnType<typeof setTimeout> | undefined;

/** For those who do not see the signs: the last thing said within a second, politely. */
export function announce(text: string): void {
  clearTimeout(timer);
  timer = setTimeout(() => {
    said.value = text;
  }, 900);
}

export function Announcer() {
  return (
    <div class="only-read" role="status" aria-live="polite">
      {said.value}
    </div>
  );
}
