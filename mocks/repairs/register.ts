// All the work orders of a world: made up on demand, changed by what callers do, found by reference, home and time.
// Knows which job is the current one; knows no wire. 125,000 homes cost nothing until somebody asks.
import { type Book, book, copyAll, horizon, type Kept, sequence } from '../book.ts';
import { worldClock } from '../world/calendar.ts';
import type { LocalTime, World } from '../world.ts';
import type { Clock } from './clock.ts';
import { isOpen, type Job, jobsMaker, NUMBERS_PER_HOME, numberOf, referenceOf, targetOf } from './jobs.ts';
import { jobAt } from './past.ts';
import { CONTRACTORS, PRIORITIES, STATUS, TRADES } from './trades.ts';
import { changedFrom, textOf, type Walked, walkEstate } from './walk.ts';

/** What a caller gives for a new job; the rest follows. `targetAt` null: as the priority says. */
export interface NewJob extends Pick<Job, 'propRef' | 'description' | 'sor' | 'trade' | 'externalReference'> {
  readonly priorityCode: number;
  readonly raisedAt: LocalTime | null;
  readonly targetAt: LocalTime | null;
  readonly raisedBy: string;
  readonly personAlerts: Job['personAlerts'];
  readonly locationAlerts: Job['locationAlerts'];
}

/** What narrows a list. */
export interface JobFilter {
  readonly contractor?: string | undefined;
  readonly includeClosed: boolean;
}

/** The register. Every list is in the order of its jobs' running numbers, but for `changedSince`. */
export interface Register extends Pick<Kept, 'copy'> {
  /** The world's present. */
  now(): LocalTime;
  byReference(reference: string): Job | undefined;
  /** A made-up job as it stood at an instant (null: now), whatever callers have done to it since. */
  asMade(reference: string, at: LocalTime | null): Job | undefined;
  ofProperty(propRef: string): Job[];
  byExternalReference(externalReference: string): Job[];
  /** A page out of all jobs. The first call walks the whole estate, a few homes at a breath. */
  page(filter: JobFilter, offset: number, count: number): Promise<Job[]>;
  /** Jobs updated at `since` or later, oldest first. The first call walks the whole estate. */
  changedSince(since: LocalTime, most: number): Promise<Pick<Job, 'reference' | 'updatedAt'>[]>;
  /** A new number each time, whatever is asked. */
  raise(job: NewJob): Job;
  /** Changes a job and stamps it with the present. Null where there is none. */
  change(reference: string, change: Partial<Job>): Job | null;
  /** Walks the estate, if nobody has yet. */
  prepare(): Promise<void>;
  /** Tells of each job that is closed, as it is then. */
  onClosed(listener: (job: Job) => void): void;
  /** As `Kept.goBack`; walks the whole estate, for what is not there yet and what was otherwise then. */
  goBack(to: LocalTime): Promise<void>;
}

const registers = new WeakMap<World, Register>();

/** The one register of a world, shared by work orders and scheduler; the clock is the first caller's. */
export function registerOf(world: World, clock: Clock): Register {
  const register = registers.get(world) ?? openRegister(world, clock);
  registers.set(world, register);
  return register;
}

function openRegister(world: World, clock: Clock): Register {
  const makeJobs = jobsMaker(world);
  const places = new Map(world.homes.map((home, index) => [home.propRef, index]));
  /** Made-up jobs that callers have changed. */
  const changed = book<Job>();
  /** Jobs that callers have raised, as they are now. */
  const raised = book<Job>();
  const numbers = sequence((count) => referenceOf(world.homes.length * NUMBERS_PER_HOME + count, false));
  const past = horizon();
  const now = worldClock(world.today, clock);
  const listeners: ((job: Job) => void)[] = [];
  let walked: Promise<Walked> | undefined;
  /** References, as numbers, that a filter lets through; good until somebody writes. */
  let listings = new Map<string, number[]>();

  function asMade(reference: string, at: LocalTime | null): Job | undefined {
    const number = numberOf(reference);
    const index = Math.floor((number ?? -1) / NUMBERS_PER_HOME);
    const home = world.homes[index];
    const made = home && makeJobs(home, index).find((job) => job.reference === reference);
    return made && jobAt(made, at);
  }

  function byReference(reference: string): Job | undefined {
    return raised.get(reference) ?? changed.get(reference) ?? asMade(reference, past.at());
  }

  /** The walk is of one horizon: whoever goes back begins another. */
  function walk(): Promise<Walked> {
    walked ??= walkEstate(world.homes, makeJobs, past.at());
    return walked;
  }

  /** Worked out once for each filter: the last of a thousand pages costs what the first one costs. */
  function listing({ references, open, contractors }: Walked, { contractor, includeClosed }: JobFilter): number[] {
    const name = `${includeClosed} ${contractor ?? ''}`;
    let found = listings.get(name);
    if (found === undefined) {
      const wanted = CONTRACTORS.indexOf(contractor ?? '');
      const shut = new Set([...changed.values()].filter((job) => !isOpen(job)).map((job) => Number(job.reference)));
      const again = new Set([...raised.keys()].map(Number));
      found = [];
      for (let at = 0; at < references.length; at += 1) {
        const reference = references[at] as number;
        const mine = contractor === undefined || contractors[at] === wanted;
        if (mine && (includeClosed || (open[at] === 1 && !shut.has(reference))) && !again.has(reference)) {
          found.push(reference);
        }
      }
      for (const job of raised.values()) {
        const mine = (contractor ?? job.contractor) === job.contractor;
        if (mine && (includeClosed || isOpen(job))) found.push(Number(job.reference));
      }
      listings.set(name, found);
    }
    return found;
  }

  function put(kept: Book<Job>, job: Job): void {
    listings = new Map();
    kept.set(job.reference, job, job.updatedAt);
  }

  return {
    now,
    byReference,
    asMade,
    ofProperty: (propRef) => {
      const index = places.get(propRef) ?? -1;
      const home = world.homes[index];
      const made = home ? makeJobs(home, index).filter((job) => !raised.has(job.reference)) : [];
      const standing = made.flatMap((job) => changed.get(job.reference) ?? jobAt(job, past.at()) ?? []);
      return [...standing, ...[...raised.values()].filter((job) => job.propRef === propRef)];
    },
    byExternalReference: (wanted) => [...raised.values()].filter((job) => job.externalReference === wanted),
    page: async (filter, offset, count) => {
      const found = listing(await walk(), filter).slice(offset, offset + count);
      return found.map((reference) => byReference(textOf(reference)) as Job);
    },
    changedSince: async (since, most) => {
      const walked = await walk();
      const recent = [...raised.values(), ...changed.values()].filter((job) => job.updatedAt >= since);
      const all = recent.map(({ reference, updatedAt }) => ({ reference, updatedAt }));
      let left = most;
      for (const one of changedFrom(walked, since)) {
        if (left === 0) break;
        if (changed.has(one.reference) || raised.has(one.reference)) continue;
        all.push(one);
        left -= 1;
      }
      return all.sort((a, b) => (a.updatedAt < b.updatedAt ? -1 : a.updatedAt > b.updatedAt ? 1 : 0)).slice(0, most);
    },
    raise: ({ raisedAt, targetAt, ...wish }) => {
      const updatedAt = now();
      const from = raisedAt ?? updatedAt;
      const priority = Object.values(PRIORITIES).find((one) => one.code === wish.priorityCode) ?? PRIORITIES.N;
      const job: Job = {
        ...wish,
        reference: numbers.next(),
        raisedAt: from,
        updatedAt,
        targetAt: targetAt ?? targetOf(from, priority),
        priority: priority.letter,
        statusCode: STATUS.open,
        // The partner takes what has no trade, so that a partner's client sees new work.
        contractor: TRADES.find((trade) => trade.code === wish.trade)?.contractor ?? 'H09',
        booking: null,
      };
      put(raised, job);
      return job;
    },
    change: (reference, change) => {
      const job = byReference(reference);
      if (!job) return null;
      const after = { ...job, ...change, updatedAt: now() };
      put(raised.has(reference) ? raised : changed, after);
      if (isOpen(job) && !isOpen(after)) for (const listener of listeners) listener(after);
      return after;
    },
    prepare: async () => {
      await walk();
    },
    onClosed: (listener) => listeners.push(listener),
    copy: () => {
      const putBack = copyAll([changed, raised, numbers, past]);
      const then = walked;
      return () => {
        putBack();
        walked = then;
        listings = new Map();
      };
    },
    goBack: async (to) => {
      past.goBack(to);
      changed.goBack(to);
      const gone = raised.goBack(to);
      walked = undefined;
      listings = new Map();
      numbers.lose([...(await walk()).lost, ...gone]);
    },
  };
}
