import { type ClockReading, readClock } from '../entry/clock.ts';
import type { Random } from '../entry/entry.ts';
import { deviceRandom } from '../entry/random.ts';
import type { Port } from '../machine/perform.ts';
import { holdLocks } from './locks.ts';
import { sendRequest } from './network.ts';
import { compress, makeStreamKey, signText } from './platform.ts';
import { listenForWaking, type Waking } from './waking.ts';

/** What the conversation needs of the world beside the log; tests bring their own. */
export interface Ports {
  /** "" where the page and the server share an origin. */
  readonly base: string;
  readonly fetch: typeof globalThis.fetch;
  readonly random: Random;
  readonly readClock: () => ClockReading;
}

export const browserPorts: Ports = {
  base: '',
  fetch: (input, init) => globalThis.fetch(input, init),
  random: deviceRandom,
  readClock,
};

/** For scripts that only ask the server something. */
export function sessionPort(ports: Ports): Port {
  return (effect) => {
    if (effect.port === 'network') return sendRequest(ports, effect.request);
    if (effect.port === 'random' && effect.ask === 'bytes') return ports.random(effect.count);
    throw new Error(`there is no ${effect.port} here`);
  };
}

/** Everything that sync asks for; what belongs to the log goes to the log's own port. */
export function syncPort(ports: Ports, log: Port): { port: Port; waking: Waking } {
  const waking = listenForWaking();
  const locks = holdLocks();
  const port: Port = (effect) => {
    switch (effect.port) {
      case 'network':
        return sendRequest(ports, effect.request);
      case 'locks':
        return effect.ask === 'take'
          ? locks.take(effect.name, effect.patience_ms)
          : locks.release(effect.held);
      case 'clock':
        return effect.ask === 'read'
          ? ports.readClock()
          : waking.wait(effect.ms, effect.hears_taps);
      case 'random':
        return effect.ask === 'bytes' ? ports.random(effect.count) : Math.random();
      case 'platform':
        if (effect.ask === 'make_key') return makeStreamKey();
        if (effect.ask === 'sign') return signText(effect.key as CryptoKey, effect.text);
        if (effect.ask === 'gzip') return compress(effect.text);
    }
    return log(effect);
  };
  return { port, waking };
}
