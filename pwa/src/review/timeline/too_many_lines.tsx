import { t } from '../../ui/messages/messages.ts';
import { LINES_MAX } from '../composer_rules.ts';

/** After drafts of two tablets met. */
export function TooManyLines({ n }: { n: number }) {
  return <p class="notice">{t('review.lines_over', { n, most: LINES_MAX })}</p>;
}
