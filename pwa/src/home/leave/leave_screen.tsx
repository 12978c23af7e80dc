import { useEffect } from 'preact/hooks';
import { signOut } from '../../sync/sign_out.ts';
import { waitingReason } from '../../ui/sync_words.ts';
import { useTick } from '../../ui/ticks.ts';
import { useRescue } from '../../ui/use_rescue.ts';
import type { Device } from '../../visits/device.ts';
import { useDevice } from '../../visits/device_context.ts';
import { addHalfLines } from '../../visits/half_line.ts';
import { leaveForGood } from '../../visits/leaving.ts';
import { countLoose } from '../../visits/loose.ts';
import { handOver } from '../../visits/workers.ts';
import { has_unsaved } from '../../visits/writing.ts';
import { HandOverScreen } from './hand_over_screen.tsx';
import { waitingOf } from './waiting_line.tsx';

/** The ways to leave this tablet to others. */
export function LeaveScreen() {
  const device = useDevice();
  const { sync, writing, keeping, privacy } = device;
  const now_ms = useTick(15_000);
  const rescue = useRescue();
  // What was being typed is heard evidence: it counts with the rest before anybody leaves.
  useEffect(() => void addHalfLines(device).catch(console.error), [device]);
  const status = sync.status.value;
  return (
    <HandOverScreen
      waiting={waitingOf(status, now_ms)}
      photos={status.photos_waiting}
      // What the journal alone keeps has not reached the log that delivers.
      has_unsaved={has_unsaved(writing) || keeping.only_in_journal.value > 0}
      reason={waitingReason(status, now_ms)}
      has_pin={privacy.has_pin.value}
      loose={countLoose(device)}
      rescue={rescue ?? null}
      onSendNow={() => sync.nudge()}
      onHandOver={() => void handOver(device).catch(console.error)}
      onSignOut={() => leave(device, 'sign_out')}
      onRemove={() => leave(device, 'remove')}
    />
  );
}

async function leave(device: Device, how: 'sign_out' | 'remove'): Promise<boolean> {
  if (!(await signOut(device.session))) return false;
  await leaveForGood(device, how);
  location.assign('/sign-in');
  return true;
}
