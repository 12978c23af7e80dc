import '@fontsource-variable/atkinson-hyperlegible-next';
import '../../../server/noticing/web/styles/pages.css';
import '../../../server/noticing/web/styles/forms.css';
import '../../../server/noticing/web/styles/people.css';
import '../../../server/noticing/web/styles/tablets.css';
import '../../../server/noticing/web/styles/notes.css';
import htmx from 'htmx.org';
import { tellTouches } from '../sync/page_touch.ts';
import { noteSignedOut } from '../sync/signed_out.ts';
import { forgetWorker } from '../sync/worker.ts';

// The pages' content security policy allows neither eval nor inline styles.
htmx.config.allowEval = false;
htmx.config.includeIndicatorStyles = false;
htmx.config.attributesToSettle = ['class', 'width', 'height'];

document.addEventListener('submit', (event) => {
  const form = event.target as HTMLFormElement;
  const { pathname } = new URL(form.action);
  if (pathname === '/sign-out') noteSignedOut();
  if (pathname === '/sign-in') forgetWorker();
});

tellTouches(document, document.body.dataset.person);

/** A form that could not be sent says so, and keeps what was typed. */
function showUnsent(is_shown: boolean): (event: Event) => void {
  return (event) => {
    const note = (event.target as Element).querySelector?.<HTMLElement>('[data-when-unsent]');
    if (note) note.hidden = !is_shown;
  };
}

for (const name of ['htmx:sendError', 'htmx:responseError', 'htmx:timeout']) {
  document.addEventListener(name, showUnsent(true));
}
document.addEventListener('htmx:beforeRequest', showUnsent(false));
