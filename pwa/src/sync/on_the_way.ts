import type { StreamRow } from '../log/stores.ts';
import type { Script } from '../machine/effect.ts';
import type { Unanswered } from './answer.ts';
import type { Batch } from './batch.ts';
import type { Conversation } from './conversation.ts';
import { askHello, sayHello } from './hello.ts';

/**
 * What is not our server's word may be no network, or something on the way (a filter, a proxy) that dislikes what was
 * sent. Where the server answers hello, it is about the content, as a fault of its own is; what is much may only have taken
 * too long. there: it had come, only the answer was lost, and that is known now.
 */
export function* judgeAnswer(
  talk: Conversation,
  stream: StreamRow,
  answer: Unanswered,
  { before, count }: Batch,
): Script<Unanswered | 'there'> {
  if (answer.outcome !== 'retry' || answer.is_ours) return answer;
  if (answer.reason === 'time-out' && count > 1) return answer;
  const hello = yield* askHello(talk, stream);
  if (hello.outcome !== 'answered') return answer;
  if (hello.body.acknowledged_through <= before.through) {
    return { ...answer, is_ours: true, is_fault: true };
  }
  talk.limits.delete(stream.stream_id);
  yield* sayHello(talk, stream);
  return 'there';
}
