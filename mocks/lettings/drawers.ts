// Lettings' records by kind, each made up until somebody writes it, and the feed of what changed when. Knows how records
// are found, and how they stood on an earlier day; knows no rule.

import { book, copyAll, horizon, type Kept } from '../book.ts';
import { inventedChange } from '../tenancies/changes.ts';
import { daysBefore } from '../world/calendar.ts';
import { KATYS_DATE } from '../world/story.ts';
import type { Advert, Application, Exchange, LocalTime, Offer, World } from '../world.ts';
import { advertAt, applicationAt, exchangeAt, offerAt, type Then } from './past.ts';

/** One entry of the feed. */
export interface Change {
  readonly kind: 'application' | 'offer' | 'exchange';
  readonly ref: string;
  readonly at: LocalTime;
}

/** The records of one kind. */
export interface Drawer<Value> extends Kept {
  get(ref: string): Value | undefined;
  /** Those that belong to a person or an application. */
  of(owner: string): Value[];
  /** In the order of their references, newly made ones last. */
  all(): Value[];
  put(value: Value, at: LocalTime): void;
  /** As they stand, made-up ones with the time of their last change. */
  changes(): { ref: string; at: LocalTime }[];
  /** As in `Kept`; tells which references are lost. */
  goBack(to: LocalTime): string[];
}

/** What a kind of record is. */
interface Kind<Value> {
  readonly made: readonly Value[];
  ref(value: Value): string;
  owners(value: Value): readonly string[];
  /** When a made-up one was last changed. */
  changedAt(value: Value): LocalTime;
  /** How a made-up one stood. */
  earlier(value: Value, at: LocalTime, to: LocalTime): Then<Value>;
}

function drawer<Value>(kind: Kind<Value>, tell: (ref: string, at: LocalTime) => void): Drawer<Value> {
  const made = new Map(kind.made.map((value) => [kind.ref(value), value]));
  const written = book<{ value: Value; at: LocalTime }>();
  const past = horizon();
  /** References by owner: never too few; whether one is still the owner's is looked up. */
  const owned = new Map<string, Set<string>>();
  const own = (value: Value) => {
    for (const owner of kind.owners(value)) {
      const refs = owned.get(owner) ?? new Set<string>();
      owned.set(owner, refs.add(kind.ref(value)));
    }
  };
  for (const value of kind.made) own(value);

  const madeThen = (ref: string): Then<Value> => {
    const value = made.get(ref);
    const to = past.at();
    if (value === undefined) return undefined;
    return to === null ? { value, at: kind.changedAt(value) } : kind.earlier(value, kind.changedAt(value), to);
  };
  const standing = (ref: string) => written.get(ref) ?? madeThen(ref);
  const refs = () => [...made.keys(), ...[...written.keys()].filter((ref) => !made.has(ref))];
  const get = (ref: string) => standing(ref)?.value;

  return {
    get,
    of: (owner) => {
      const values = [...(owned.get(owner) ?? [])].flatMap((ref) => get(ref) ?? []);
      return values.filter((value) => kind.owners(value).includes(owner));
    },
    all: () => refs().flatMap((ref) => get(ref) ?? []),
    put: (value, at) => {
      own(value);
      written.set(kind.ref(value), { value, at }, at);
      tell(kind.ref(value), at);
    },
    changes: () =>
      refs().flatMap((ref) => {
        const at = standing(ref)?.at;
        return at === undefined ? [] : { ref, at };
      }),
    copy: () => copyAll([written, past]),
    goBack: (to) => {
      written.goBack(to);
      past.goBack(to);
      return refs().filter((ref) => standing(ref) === undefined);
    },
  };
}

/** All of lettings' records and their feed. */
export function drawers(world: World) {
  /** Oldest first; worked out at the first question, and kept in order from then on. */
  let feed: readonly Change[] | undefined;
  const tell = (kind: Change['kind']) => (ref: string, at: LocalTime) => {
    const others = feed?.filter((one) => one.kind !== kind || one.ref !== ref);
    feed = others && [...others, { kind, ref, at }];
  };
  const invented = (kind: string, ref: string) => inventedChange(world.seed, world.today, `${kind} ${ref}`);
  const katysDate = `${daysBefore(`${world.today}T${KATYS_DATE.time}`, KATYS_DATE.daysAgo)}`;

  const applications = drawer<Application>(
    {
      made: world.applications,
      ref: (one) => one.appRef,
      owners: (one) => [one.personRef],
      changedAt: (one) => invented('application', one.appRef),
      earlier: applicationAt,
    },
    tell('application'),
  );
  const offers = drawer<Offer>(
    {
      made: world.offers,
      ref: (one) => one.offerNo,
      owners: (one) => [one.appRef],
      changedAt: (one) => (one.offerNo === world.cast.katy.offerNumber ? katysDate : invented('offer', one.offerNo)),
      earlier: (one, at, to) => (applications.get(one.appRef) ? offerAt(one, at, to) : undefined),
    },
    tell('offer'),
  );
  const exchanges = drawer<Exchange>(
    {
      made: world.exchanges,
      ref: (one) => one.exchRef,
      owners: (one) => one.legs.map((leg) => leg.personRef),
      changedAt: (one) => invented('exchange', one.exchRef),
      earlier: exchangeAt,
    },
    tell('exchange'),
  );
  const adverts = drawer<Advert>(
    {
      made: world.adverts,
      ref: (one) => one.advertNo,
      owners: (one) => [one.propRef],
      changedAt: (one) => one.closes,
      earlier: (one, at, to) => {
        const value = advertAt(one, to);
        return value && { value, at };
      },
    },
    () => {}, // the feed does not tell of adverts
  );
  const all = [applications, offers, exchanges, adverts];

  function feedNow(): readonly Change[] {
    feed ??= [
      ...applications.changes().map(({ ref, at }): Change => ({ kind: 'application', ref, at })),
      ...offers.changes().map(({ ref, at }): Change => ({ kind: 'offer', ref, at })),
      ...exchanges.changes().map(({ ref, at }): Change => ({ kind: 'exchange', ref, at })),
    ].sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : a.ref < b.ref ? -1 : 1));
    return feed;
  }

  return {
    applications,
    offers,
    exchanges,
    adverts,
    changedSince(since: LocalTime): readonly Change[] {
      const changes = feedNow();
      // Looked for from the end: a caller mostly asks for the latest, and whoever wants all gets all as they are.
      const last = changes.findLastIndex((one) => one.at < since);
      return last < 0 ? changes : changes.slice(last + 1);
    },
    /** The number of the offer made so many offers after the made-up ones, counted from 0. */
    offerNo: (count: number) => String(Number(world.offers.at(-1)?.offerNo ?? 0) + 1 + count).padStart(7, '0'),
    /** The same of exchanges, whose numbers begin again each year. */
    exchRef: (year: string, count: number) => {
      const ofYear = world.exchanges.filter((one) => one.exchRef.startsWith(`MEX-${year}-`));
      const highest = Math.max(0, ...ofYear.map((one) => Number(one.exchRef.slice(-5))));
      return `MEX-${year}-${String(highest + 1 + count).padStart(5, '0')}`;
    },
    copy: () => {
      const putBack = copyAll(all);
      return () => {
        putBack();
        feed = undefined;
      };
    },
    goBack(to: LocalTime) {
      feed = undefined;
      applications.goBack(to);
      adverts.goBack(to);
      return { offers: offers.goBack(to), exchanges: exchanges.goBack(to) };
    },
  };
}
