import type { ComponentChildren } from 'preact';
import { Icon } from '../ui/icons.tsx';
import { t } from '../ui/messages/messages.ts';
import { links } from '../ui/routes.ts';

/** The head of a screen that leads back to Today. */
export function HomeHead({ title, children }: { title: string; children?: ComponentChildren }) {
  return (
    <header class="top">
      <a class="button round" href={links.today} aria-label={t('nav.today')}>
        <Icon name="back" />
      </a>
      <h1 id="screen-title" tabIndex={-1}>
        {title}
      </h1>
      {children}
    </header>
  );
}
