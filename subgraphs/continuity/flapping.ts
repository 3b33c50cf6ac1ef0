// Which changes of state are worth a row each: of a backend that flaps, not all. Knows no store.
import type { Clock } from './clock.ts';
import type { StateChange } from './events.ts';

/**
 * Of what came about by itself so many changes of a backend are passed on at once, then one a minute: the last of that
 * minute. An outage has three; at worst it comes to 1,440 a day for a backend. Operators' are all passed on.
 */
const atOnce = 20;
const oneEveryMs = 60_000;

/** How many of a backend's own changes may still pass, and the last of those that may not yet. */
interface Allowance {
  left: number;
  countedMs: number;
  held: StateChange | null;
}

/** Changes on their way to be kept. */
export interface Flapping {
  /** Passes it on now, or as the last of its minute, or never. */
  take(change: StateChange): void;
  /** What has not been passed on yet. */
  held(): StateChange[];
  /** Passes on what is held. */
  release(): void;
}

/** @param pass is given, in their order, the changes that are to be kept. */
export function createFlapping(clock: Clock, pass: (change: StateChange) => void): Flapping {
  const allowances = new Map<string, Allowance>();

  function allowanceOf({ system, backend }: StateChange): Allowance {
    const id = `${system}\n${backend}`;
    const allowance = allowances.get(id) ?? { left: atOnce, countedMs: clock.now(), held: null };
    allowances.set(id, allowance);
    const earned = Math.max(0, Math.floor((clock.now() - allowance.countedMs) / oneEveryMs));
    allowance.countedMs += earned * oneEveryMs;
    allowance.left = Math.min(atOnce, allowance.left + earned);
    return allowance;
  }

  function release(allowance: Allowance): void {
    const { held } = allowance;
    allowance.held = null;
    if (held) pass(held);
  }

  return {
    take(change) {
      const allowance = allowanceOf(change);
      if (change.who !== null) {
        release(allowance);
        pass(change);
      } else if (allowance.left > 0) {
        allowance.left -= 1;
        allowance.held = null;
        pass(change);
      } else {
        const waits = allowance.held !== null;
        allowance.held = change;
        if (waits) return;
        clock.after(allowance.countedMs + oneEveryMs - clock.now(), () => {
          if (!allowance.held) return;
          allowanceOf(change).left -= 1;
          release(allowance);
        });
      }
    },
    held: () => [...allowances.values()].flatMap(({ held }) => held ?? []),
    release() {
      for (const allowance of allowances.values()) release(allowance);
    },
  };
}
