import type { Effect, Script } from './effect.ts';

/** Answers one effect, now or later; what it throws is thrown inside the script. */
export type Port = (effect: Effect) => unknown;

/** Runs a script to its end against the real world. */
export function perform<Result>(script: Script<Result>, port: Port): Promise<Result> {
  return performUntil(script, port, () => false) as Promise<Result>;
}

/** The same, but where it `is_stopped` before the next answer, only what it must give back is done any more. */
export async function performUntil<Result>(
  script: Script<Result>,
  port: Port,
  is_stopped: () => boolean,
): Promise<Result | undefined> {
  const world = withMeanwhile(port, is_stopped);
  let is_ending = false;
  let step = script.next();
  while (!step.done) {
    let answer: unknown;
    try {
      answer = world(step.value);
      // What is known at once is not waited for: a tap must not lose a turn of the event loop.
      if (answer instanceof Promise) answer = await answer;
    } catch (cause) {
      step = script.throw(cause);
      continue;
    }
    // A lock that was given meanwhile must come into hands that give it back.
    const is_lock = step.value.port === 'locks' && step.value.ask === 'take';
    if (is_stopped() && !is_ending && !is_lock) {
      is_ending = true;
      step = script.return(undefined as Result);
    } else step = script.next(answer);
  }
  return step.value;
}

/** Scripts beside one another are promises here. */
function withMeanwhile(port: Port, is_stopped: () => boolean): Port {
  return (effect) => {
    if (effect.port !== 'meanwhile') return port(effect);
    if (effect.ask === 'end') return effect.begun.token;
    const done = performUntil(effect.script, port, is_stopped);
    // Heard where its end is asked for.
    done.catch(() => undefined);
    return { token: done };
  };
}
