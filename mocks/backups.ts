// Mocks that come back from a backup: copies taken and put back, of a system or of one of its backends, and the staff who
// change things meanwhile. Knows names, times and counts; what a copy holds, each mock knows.
import { targetName } from './faults.ts';
import type { Changed, Mock } from './mock.ts';
import { stream } from './world/random.ts';

/** A copy that is kept, or the made-up one that was put back: what of, and as of when. */
export interface Backup {
  /** A backend: `lettings`, `repairs.workOrders`. */
  readonly target: string;
  /** An instant, ISO 8601 in UTC. */
  readonly takenAt: string;
}
/** What staff have changed, and where. */
export interface StaffChange extends Changed {
  readonly target: string;
}
/** How staff are asked to change things: 10 things, the same ones for the same seed, 1. */
export interface ChangeWish {
  readonly target?: string | undefined;
  readonly count?: number | undefined;
  readonly seed?: number | undefined;
}

/** A backup that cannot be taken or put back, a change that cannot be made; the message is a sentence for people. */
export class UnknownBackup extends Error {}

/** The backups of some mocks, one for each backend: a newer one takes the place of the older. */
export interface Backups {
  list(): readonly Backup[];
  /** Takes a copy of a system, a backend, or of everything. Throws `UnknownBackup`. */
  take(target?: string): readonly Backup[];
  /**
   * Puts the last copy back, all sessions lost; with `days`, the state as it would have been so many days ago. Of
   * everything: whatever there is a copy of. Throws `UnknownBackup`.
   */
  putBack(target?: string, days?: number): Promise<readonly Backup[]>;
  /** Has the systems' own staff change things. Throws `UnknownBackup`. */
  change(wish: ChangeWish): readonly StaffChange[];
}

/** As old as the oldest of backups: what a made-up world knows of its past goes back about as far. */
const MOST_DAYS = 3_650;
const USUAL_COUNT = 10;
/**
 * All of one wish happen in the same second, and the work orders' feed, 500 a page by the second, cannot be walked past
 * a second that has more. For more, ask again later.
 */
const MOST_CHANGES = 400;

/** Opens the backups, none yet. `nowMs` is the wall clock, in ms since 1970. */
export function backupsOf(mocks: readonly Mock[], nowMs: () => number = Date.now): Backups {
  const keeping = mocks.filter((mock) => mock.holdings);
  const copies = new Map<string, Backup & { readonly putBack: () => void }>();
  const instant = (ms: number) => new Date(ms).toISOString();
  const plain = ({ target, takenAt }: Backup): Backup => ({ target, takenAt });

  /** The mocks that a word names, all of them where there is none. */
  function named(target: string | undefined): readonly Mock[] {
    const found = keeping.filter((mock) => [undefined, mock.system, targetName(mock)].includes(target));
    if (found.length > 0) return found;
    const names = [...new Set(keeping.flatMap((mock) => [mock.system, targetName(mock)]))].join(', ');
    throw new UnknownBackup(`There is nothing kept at "${target}". Allowed: ${names}, or no target for all of them.`);
  }

  return {
    list: () => [...copies.values()].map(plain),
    take: (target) =>
      named(target).map((mock) => {
        const name = targetName(mock);
        const putBack = mock.holdings?.copy() ?? (() => {});
        copies.set(name, { target: name, takenAt: instant(nowMs()), putBack });
        return plain(copies.get(name) as Backup);
      }),
    putBack: async (target, days) => {
      if (days !== undefined) {
        const ago = whole('days', days, 0, MOST_DAYS);
        const done: Backup[] = [];
        for (const mock of named(target)) {
          await mock.holdings?.goBack(ago);
          mock.loseSessions();
          done.push({ target: targetName(mock), takenAt: instant(nowMs() - ago * 86_400_000) });
        }
        return done;
      }
      const wanted = named(target).filter((mock) => target !== undefined || copies.has(targetName(mock)));
      const missing = wanted.map(targetName).filter((name) => !copies.has(name));
      if (wanted.length === 0 || missing.length > 0) {
        const what = missing.join(' and ') || 'anything';
        throw new UnknownBackup(`No backup of ${what} was taken: take one first, or say of how many days ago.`);
      }
      return wanted.map((mock) => {
        const copy = copies.get(targetName(mock)) as Backup & { putBack: () => void };
        copy.putBack();
        mock.loseSessions();
        return plain(copy);
      });
    },
    change: ({ target, count = USUAL_COUNT, seed = 1 }) => {
      const [total, chance] = [whole('count', count, 1, MOST_CHANGES), whole('seed', seed, 0, 2 ** 31)];
      const staffed = named(target);
      return staffed.flatMap((mock, place) => {
        const share = Math.floor((total + place) / staffed.length);
        const changed = mock.holdings?.change(share, stream(chance, `staff of ${targetName(mock)}`)) ?? [];
        return changed.map((one) => ({ target: targetName(mock), ...one }));
      });
    },
  };
}

function whole(name: string, value: unknown, least: number, most: number): number {
  if (Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most) return value as number;
  throw new UnknownBackup(`${name} is a whole number from ${least} to ${most}, not ${value}.`);
}
