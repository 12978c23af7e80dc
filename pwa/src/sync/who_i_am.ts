import * as v from 'valibot';
import type { Script } from '../machine/effect.ts';
import { type Answer, ask } from './answer.ts';

const ME = v.looseObject({
  person_id: v.string(),
  display_name: v.string(),
  tenant_id: v.string(),
  tenant_name: v.string(),
  roles: v.array(v.string()),
  csrf_token: v.string(),
});

/** How long the answer is waited for where nothing else can be done. */
export const PATIENCE_MS = 10_000;

export type WhoIAm = v.InferOutput<typeof ME>;

export function* askWhoIAm(timeout_ms: number): Script<Answer<WhoIAm>> {
  return yield* ask({ path: '/api/v1/me', schema: ME, timeout_ms });
}
