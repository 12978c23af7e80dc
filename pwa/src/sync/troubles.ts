import type { Script } from '../machine/effect.ts';
import { Interrupted } from './answer.ts';

/** What went wrong on the way and is no reason to leave the rest undone. It is told when that is done. */
export class Troubles {
  first: unknown = null;

  /** null where it came to nothing. Without an answer of our server's the rest would come to nothing as well: then it throws. */
  *past<Result>(script: Script<Result>): Script<Result | null> {
    try {
      return yield* script;
    } catch (cause) {
      if (is_without_server(cause)) throw cause;
      this.first ??= cause;
      return null;
    }
  }

  tell(): void {
    if (this.first !== null) throw this.first;
  }
}

function is_without_server(cause: unknown): boolean {
  if (!(cause instanceof Interrupted)) return false;
  return cause.answer.outcome === 'retry' && !cause.answer.is_ours;
}
