import { readClock } from '../entry/clock.ts';
import { type Device, make } from '../visits/device.ts';
import { finishDraft } from '../visits/finish.ts';
import { forgetHalfLine, lineDrafts, readHalfLine } from '../visits/half_line.ts';

/** Ends a visit that nobody finished. A line that was still being typed was heard in it, so it is added first. */
export async function endVisit(
  device: Device,
  subject_id: string,
  ended_at: string,
): Promise<void> {
  const shown = (await device.log.entriesOf(subject_id)).map((one) => one.entry);
  const typed = lineDrafts(await readHalfLine(device.log, subject_id), null);
  const lines = typed.map((line) => make(device, { subject_id, ...line }));
  const covered = [...shown, ...lines.map((one) => one.entry)];
  const draft = finishDraft(covered, ended_at, readClock());
  const end = make(device, { subject_id, kind: 'observation.finished', ...draft });
  await device.log.append([...lines, end]);
  await forgetHalfLine(device.log, subject_id);
}
