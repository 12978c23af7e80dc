import { t } from '../../ui/messages/messages.ts';
import { clockTime, nearDay } from '../../ui/times.ts';
import { useReading } from '../../visits/use_reading.ts';
import { Storage } from '../storage.tsx';
import { Legend } from './legend.tsx';
import { lastFoundWhole } from './verified.ts';

/** What is known of the safety of it all: looked up on the server's disk, kept by this browser. */
export function HowSafe() {
  const { value: at, has_failed } = useReading(lastFoundWhole);
  return (
    <section class="how-safe">
      <h2 class="cap">{t('safe.title')}</h2>
      {!has_failed && (
        <p>
          {at
            ? t('safe.verified', { day: nearDay(at), time: clockTime(at) })
            : t('safe.not_verified')}
        </p>
      )}
      <Storage />
      <Legend />
    </section>
  );
}
