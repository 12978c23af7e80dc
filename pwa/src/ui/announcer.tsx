import { signal } from '@preact/signals';
import { route } from './routes.ts';

export const said = signal('');
let timer: ReturnType<typeof setTimeout> | undefined;
const HEARD_MS = 5_000;

/** For those who do not see the signs: the last thing said within a second, politely. */
export function announce(text: string): void {
  clearTimeout(timer);
  timer = setTimeout(() => {
    said.value = text;
    // Who reads through the page must not come upon it as if it were news.
    timer = setTimeout(hush, HEARD_MS);
  }, 900);
}

function hush(): void {
  said.value = '';
}

route.subscribe(hush);

export function Announcer() {
  return (
    <div class="only-read" role="status" aria-live="polite">
      {said.value}
    </div>
  );
}
