// When what is kept has grown too old to be kept: looked at now and then, system by system. What takes it out is in
// pruning.ts. Knows neither tables nor wires.
import type { Clock } from './clock.ts';
import type { Snapshots } from './kept.ts';
import type { System } from './system.ts';

/** A system as expiry knows it. */
type Aging = Pick<System, 'name' | 'status'>;

/** What expiry needs from outside. */
export interface ExpirySurroundings {
  systems: readonly Aging[];
  snapshots: Pick<Snapshots, 'expire'>;
  clock: Clock;
  /** How long what nobody has read again is kept, in ms. */
  keepMs: number;
  onExpired(system: string, records: number): void;
  /** Told when the store fails, for the log. */
  onFailure(what: string, error: unknown): void;
}

/** Expiry under way. */
export interface Expiry {
  /** Looks at every system now; resolves when what is too old is gone. Never throws. */
  look(): Promise<void>;
  close(): void;
}

/** Personal data is kept for days that a law or a policy counts; an hour more or less is neither. */
const everyMs = 3_600_000;
/**
 * How long a system must have been well, in ms: in the hours after an outage what is kept is still all that some have, and
 * a walk has not come by everything. Shorter than a day, since a process that is restarted every morning counts anew.
 */
const wellMs = 6 * 3_600_000;

/** Up to which generation a system's records may expire; null while any of its backends is not well, or has not been for long. */
export function expirable(backends: ReturnType<Aging['status']>, nowMs: number): number | null {
  const well = backends.every(({ state, sinceMs }) => state === 'OPERATIONAL' && nowMs - sinceMs >= wellMs);
  return well && backends.length > 0 ? Math.min(...backends.map(({ standing }) => standing.frozen)) : null;
}

/** Looks every hour, from the first hour on. */
export function createExpiry({ systems, snapshots, clock, keepMs, ...told }: ExpirySurroundings): Expiry {
  let cancel = () => {};
  let closed = false;

  async function look(): Promise<void> {
    for (const { name, status } of systems) {
      const upTo = expirable(status(), clock.now());
      if (upTo === null) continue;
      try {
        const records = await snapshots.expire(name, clock.now() - keepMs, upTo);
        if (records > 0) told.onExpired(name, records);
      } catch (error) {
        if (!closed) told.onFailure('taking out what is too old', error);
      }
    }
  }

  function schedule(): void {
    cancel = clock.after(everyMs, () => {
      void look().then(() => {
        if (!closed) schedule();
      });
    });
  }

  schedule();
  return {
    look,
    close() {
      closed = true;
      cancel();
    },
  };
}
