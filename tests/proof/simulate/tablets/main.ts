import { judge } from './ending.ts';
import { ask, PipeEnded, say } from './pipe.ts';
import { Schedule } from './schedule.ts';
import { FAULTS } from './troubles.ts';

// Standard output is the pipe.
console.log = console.error;

interface Wanted {
  readonly seed: number;
  readonly twice: boolean;
  readonly trace: boolean;
  readonly permanent: boolean;
}

interface Ran {
  readonly violations: readonly string[];
  readonly digest: string;
  readonly lines: readonly string[];
  readonly coverage: Readonly<Record<string, number>>;
  readonly counts: Readonly<Record<string, number>>;
}

const TAIL = 120;

function runSchedule(seed: number): Ran {
  const schedule = new Schedule(seed);
  const { ledger, server } = schedule;
  try {
    schedule.run();
    schedule.heal();
    if (schedule.has_aged && !ledger.coverage.restored) schedule.deliverUnsigned();
    schedule.signInAndNudge();
    if (schedule.corrupted.size > 0 || schedule.chance.happens(0.02)) {
      schedule.sleepOver();
      schedule.signInAndNudge();
    }
    schedule.unlockWhereSpoilt();
    schedule.exchange();
    for (const violation of judge(schedule)) ledger.violate(violation);
  } catch (cause) {
    if (cause instanceof PipeEnded) throw cause;
    ledger.violate(`broke: ${cause instanceof Error ? cause.stack : String(cause)}`);
  }
  for (const fault of server.faults) ledger.violate(`the server had a fault: ${fault}`);
  for (const tablet of schedule.tablets) {
    for (const fault of tablet.faults) {
      const said =
        fault instanceof Error ? `${fault.stack}`.split('\n').slice(0, 4).join(' ') : fault;
      ledger.violate(`${tablet.name} had a fault: ${said}`);
    }
  }
  const taps = [...ledger.taps.values()];
  return {
    violations: ledger.violations,
    digest: ledger.digest,
    lines: ledger.lines,
    coverage: ledger.coverage,
    counts: {
      taps: taps.length,
      dots: taps.filter((tap) => tap.dotted_at !== null).length,
      undotted: taps.filter((tap) => tap.dotted_at === null && tap.checked_at === null).length,
      photos: taps.filter((tap) => tap.picture !== null && tap.checked_at !== null).length,
      checks: taps.filter((tap) => tap.checked_at !== null).length,
      requests: server.requests,
    },
  };
}

// Where the process at the other end has ended, there is nobody left to tell.
process.on('uncaughtException', (cause: NodeJS.ErrnoException) => {
  if (cause.code !== 'EPIPE' && !(cause instanceof PipeEnded)) console.error(cause);
  process.exit(1);
});

for (;;) {
  const wanted = ask({ ask: 'next' }) as Wanted | null;
  if (wanted === null) break;
  const ran = runSchedule(wanted.seed);
  const again = wanted.twice ? runSchedule(wanted.seed) : ran;
  const differs = again.digest === ran.digest ? null : firstDifference(ran.lines, again.lines);
  const shows = wanted.trace ? ran.lines.length : ran.violations.length > 0 || differs ? TAIL : 0;
  say({
    ask: 'result',
    result: {
      seed: wanted.seed,
      permanent: wanted.permanent,
      twice: wanted.twice,
      differs,
      violations: ran.violations,
      coverage: ran.coverage,
      counts: ran.counts,
      faults: Object.keys(FAULTS),
      tail: shows > 0 ? ran.lines.slice(-shows) : [],
    },
  });
}

function firstDifference(one: readonly string[], other: readonly string[]): string {
  const place = one.findIndex((line, at) => line !== other[at]);
  return `${one[place]} / ${other[place]}`;
}
