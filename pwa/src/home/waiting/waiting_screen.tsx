import { asideWithoutWords } from '../../log/aside.ts';
import type { DeviceLog } from '../../log/log.ts';
import { t } from '../../ui/messages/messages.ts';
import { OthersCard } from '../../ui/others_card.tsx';
import { ReadFailed } from '../../ui/read_failed.tsx';
import { useDevice } from '../../visits/device_context.ts';
import { useReading } from '../../visits/use_reading.ts';
import { useVisits } from '../../visits/use_visits.ts';
import { HomeHead } from '../home_head.tsx';
import { AttentionList } from './attention_list.tsx';
import { HowSafe } from './how_safe.tsx';
import { type Rescue, RescueSlot } from './rescue.tsx';
import { StateCard } from './state_card.tsx';
import { Troubles } from './troubles.tsx';
import { WaitingVisits } from './waiting_visits.tsx';

const readAside = async (log: DeviceLog) => ({
  set_aside: await log.setAside(),
  wordless: await log.perform(asideWithoutWords()),
});

/** What is still on this tablet, since when and why; what needs attention; and how safe all of it is. */
export function WaitingScreen({ rescue = null }: { rescue?: Rescue | null }) {
  const { sync } = useDevice();
  const visits = useVisits();
  const aside = useReading(readAside);
  const { counted } = sync.status.value;
  const readAgain = () => {
    sync.nudge();
    visits.readAgain();
    aside.readAgain();
  };
  const has_failed = counted === 'failed' || visits.has_failed || aside.has_failed;
  const known = visits.value ?? [];
  return (
    <>
      <HomeHead title={t('waiting.title')} />
      <main class="today waiting">
        {has_failed && <ReadFailed onTryAgain={readAgain} />}
        {counted === 'not_yet' && <p class="soft">{t('app.opening')}</p>}
        {counted === 'counted' && <StateCard onSend={() => sync.nudge()} />}
        <Troubles />
        {visits.value && <WaitingVisits visits={visits.value} />}
        {counted !== 'not_yet' && <RescueSlot rescue={rescue} />}
        {aside.value && <AttentionList {...aside.value} visits={known} />}
        <OthersCard />
        <HowSafe />
      </main>
    </>
  );
}
