import type { ComponentChildren } from 'preact';
import { useErrorBoundary } from 'preact/hooks';
import { t } from './messages/messages.ts';
import { ReadFailed } from './read_failed.tsx';
import { links } from './routes.ts';

/** A screen that cannot be shown says so, and offers to try again and the way back; no blank page. */
export function ScreenBoundary({ children }: { children: ComponentChildren }) {
  const [error, reset] = useErrorBoundary((cause) => console.error(cause));
  if (!error) return <>{children}</>;
  return (
    <main class="quiet-screen">
      <h1 id="screen-title" tabIndex={-1}>
        {t('app.name')}
      </h1>
      <ReadFailed onTryAgain={reset} />
      <a class="button" href={links.today}>
        {t('nav.today')}
      </a>
    </main>
  );
}
