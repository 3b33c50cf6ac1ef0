// What has really become of the records, by the mocks' world alone: what a backup has lost of what Lintel's clients wrote or
// read, and which writes have landed at another's record. Never asks Lintel, and never looks at its tables.
import type { Effect } from '../../mocks/effects.ts';
import { newestEveryMs } from '../../subgraphs/continuity/applied-watch.ts';
import type { Note } from './life.ts';
import type { Site } from './site.ts';

/** A record that was lost, in words. */
export interface Loss {
  what: string;
  /** An applied write, or a record that a page has shown. */
  kind: 'WRITE' | 'RECORD';
  /** Of which record, and at which backends. */
  reference: string;
  backends: readonly string[];
  /** Of an emergency: when it was reported, ms since 1970. Null: it is none. */
  urgentMs: number | null;
}

/** Looks at the records of one system. */
export interface Oracle {
  /** Notes what the pages have just shown: the records as they are now. To be called only of live answers. */
  shown(references: Iterable<string>): void;
  /** A backup is being taken: what is done from now on it will not have. */
  backedUp(): void;
  /** Whether anything has been written since the backup that this target's restore would lose: `repairs.scheduler`. */
  wouldLose(target: string): boolean;
  /** A restore is about to happen: notes how everything stands. Gives what tells afterwards what is lost by it. */
  restoring(notes: readonly Note[]): () => Loss[];
  /**
   * Of what was lost, what somebody has seen, and nobody has written anew since: a visit that was booked again before anybody
   * looked has taken the lost one's place, under the number that the lost one had, and nothing shows that there was another.
   */
  stillLost(lost: readonly Loss[]): Loss[];
  /** Effects since the restore that are at another's record than the one that was meant; since the start where there was none. */
  astray(notes: readonly Note[]): string[];
}

/**
 * Effects that no wire shows afterwards: a bid cannot be looked up by anybody but by asking for it again, and a visit that is
 * struck out leaves nothing.
 */
const traceless: ReadonlySet<string> = new Set(['bids', 'deleteOrder']);
/**
 * Of a call there is only what the exchange writes down, if it is set up to. Nobody misses a record that nobody has seen: one is
 * seen where a page shows it, and else by the watch over the newest writes, which is a minute late at most.
 */
const callSeenWithinMs = newestEveryMs + 60_000;
/** Of these, pages show when they were last changed. */
const dated: ReadonlySet<string> = new Set(['workOrders']);

/** An oracle over one system of a site. */
export function openOracle(site: Site, system: string): Oracle {
  const of = ({ target }: Effect) => target.split('.')[0] === system;
  /** Writes that the backup does not have: done after it, or not on record yet when it was taken. */
  let missed: Effect[] = [];
  let backupAt = 0;
  let restoredAt = 0;
  /** By reference and backend, the content that pages have shown since the backup. */
  const pages = new Map<string, ReadonlyMap<string, string | null>>();
  /** How many effects there were when pages were read, and when that was. */
  const looks: { atMs: number; count: number }[] = [];
  const unseen = new Set<string>();
  const contents = (reference: string) =>
    new Map([...site.look(system, reference)].map(([backend, seen]) => [backend, tells(backend, seen?.content)]));

  const written = (after: number) =>
    site.effects(after).filter((effect) => of(effect) && !traceless.has(effect.operation));

  /** Whether anybody can have seen the record of a call. */
  function isSeen({ number, operation }: Effect, reference: string): boolean {
    if (operation !== 'originate' || pages.has(reference)) return true;
    const look = looks.find(({ count }) => count >= number);
    return look !== undefined && site.clock.now() - look.atMs >= callSeenWithinMs;
  }

  /** When each emergency was reported, by the number that it got. */
  function emergencies(notes: readonly Note[]): ReadonlyMap<string, number> {
    return new Map(
      notes.flatMap(({ emergency, made, sentAtMs }) =>
        emergency && made ? [[made.reference, sentAtMs] as const] : [],
      ),
    );
  }

  return {
    shown(references) {
      looks.push({ atMs: site.clock.now(), count: site.effects().length });
      for (const reference of references) pages.set(reference, contents(reference));
    },
    backedUp() {
      backupAt = site.effects().length;
      missed = written(0).filter((effect) => [...contents(keyOf(effect)).values()].every((each) => each === null));
      pages.clear();
    },
    wouldLose(target) {
      const backend = target.split('.')[1];
      return [...missed, ...written(backupAt)].some((effect) =>
        [...contents(keyOf(effect))].some(([name, content]) => content !== null && (!backend || name === backend)),
      );
    },
    restoring(notes) {
      const urgent = emergencies(notes);
      const before = new Map(
        [...missed, ...written(backupAt)].map((effect) => {
          const reference = keyOf(effect);
          if (!isSeen(effect, reference)) unseen.add(reference);
          return [reference, { effect, contents: contents(reference) }] as const;
        }),
      );
      restoredAt = site.effects().length;
      return () => {
        const losses: Loss[] = [];
        for (const [reference, { effect, contents: then }] of before) {
          const now = contents(reference);
          const backends = [...then].filter(([backend, content]) => content !== null && now.get(backend) !== content);
          if (backends.length === 0) continue;
          const what = `${effect.operation} ${reference} (${backends.map(([backend]) => backend).join(', ')})`;
          losses.push({
            kind: 'WRITE',
            reference,
            backends: backends.map(([backend]) => backend),
            what,
            urgentMs: urgent.get(reference) ?? null,
          });
        }
        for (const [reference, then] of pages) {
          const now = contents(reference);
          for (const [backend, content] of then) {
            const gone = now.get(backend) === null || (dated.has(backend) && now.get(backend) !== content);
            if (content === null || !gone) continue;
            losses.push({
              kind: 'RECORD',
              reference,
              backends: [backend],
              what: `${backend} ${reference}, which a page has shown`,
              urgentMs: null,
            });
          }
        }
        return losses;
      };
    },
    stillLost(lost) {
      const bookings = written(restoredAt).filter(({ operation }) => operation === 'scheduleBooking');
      const anew = new Set(bookings.map(keyOf));
      return lost.filter(
        ({ reference, backends }) =>
          !unseen.has(reference) && !(anew.has(reference) && backends.every((each) => each === 'scheduler')),
      );
    },
    astray(notes) {
      return site
        .effects(restoredAt)
        .filter(of)
        .flatMap((effect) => {
          const meant = notes.filter((note) => isOf(note, effect));
          if (meant.length === 0) return [];
          const [now] = [...site.look(system, effect.about).values()].filter((seen) => seen !== null);
          // It is gone: by staff, or struck out by this very write.
          if (!now || meant.some(({ target }) => target?.identity === now.identity)) return [];
          const whose = meant.map(({ key, target }) => `${key}, about ${target?.identity}`).join('; ');
          return [`${effect.operation} ${effect.about} is at ${now.identity}, and was meant by ${whose}`];
        });
    },
  };
}

/** A record's content; null where there is none, or none that anybody can miss: the scheduler's order without a visit. */
function tells(backend: string, content: string | undefined): string | null {
  if (content === undefined) return null;
  if (backend !== 'scheduler') return content;
  const { bookings } = JSON.parse(content) as { bookings: { window: object | null }[] };
  return bookings.some(({ window }) => window !== null) ? content : null;
}

/** The record that shows an effect. */
function keyOf({ made, about, operation }: Effect): string {
  return ['raise', 'exchanges', 'originate'].includes(operation) ? (made ?? about) : about;
}

/** Whether an effect may be of a write: by its mark where it says one, else by what it names. */
function isOf(note: Note, { operation, about, says }: Effect): boolean {
  if (!note.target || !note.operations.includes(operation)) return false;
  const mark = /\b[a-z]+\d{4}\b/.exec(says)?.[0];
  return mark ? note.key === mark : note.target.reference === about;
}
