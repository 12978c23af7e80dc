import type { MadeEntry } from '../entry/entry.ts';
import type { Script } from '../machine/effect.ts';
import { findRescueKind, gatherRescue, type Rescued, type RescueKind } from './rescue.ts';
import { findRescueKeys, type RescueKeys } from './rescue_keys.ts';

/** "Save rescue file": what has no check, as a file that others may carry to the server. */
export interface RescuePort {
  kind(): Promise<RescueKind>;
  /** `but`: photos that an earlier file holds. `unsaved`: marks that are on no disk. */
  gather(but: readonly string[], unsaved: readonly MadeEntry[]): Promise<Rescued>;
}

export interface OpenRescue extends RescuePort {
  /** Learns the keys while they can be read: a file is needed most when they cannot. */
  look(): void;
}

export function openRescue(ask: <Result>(script: Script<Result>) => Promise<Result>): OpenRescue {
  let known: RescueKeys | null = null;
  const learn = async () => {
    known = await ask(findRescueKeys(known));
    return known;
  };
  return {
    look() {
      if (!known?.sealed_key) learn().catch(console.error);
    },
    kind: async () => ask(findRescueKind(await learn())),
    gather: async (but, unsaved) => ask(gatherRescue(await learn(), but, unsaved)),
  };
}
