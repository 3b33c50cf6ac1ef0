// All the work orders of a world: made up on demand, changed by what callers do, found by reference, home and time.
// Knows which job is the current one; knows no wire. 125,000 homes cost nothing until somebody asks.
import { worldClock } from '../world/calendar.ts';
import type { LocalTime, World } from '../world.ts';
import type { Clock } from './clock.ts';
import { isOpen, type Job, jobsMaker, NUMBERS_PER_HOME, numberOf, referenceOf, targetOf } from './jobs.ts';
import { CONTRACTORS, PRIORITIES, STATUS, TRADES } from './trades.ts';

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
export interface Register {
  /** The world's present. */
  now(): LocalTime;
  byReference(reference: string): Job | undefined;
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
}

/** What is kept of each made-up job once the whole estate has been walked: 14 bytes, not the job. */
interface Walked {
  /** References as numbers. */
  readonly references: Int32Array;
  readonly open: Uint8Array;
  readonly contractors: Uint8Array;
  /** Sorted: seconds of `updatedAt` and the place in `references`, in one number each. */
  readonly byTime: Float64Array;
}

/** Places that fit beside the seconds: 2^21 is 2 million jobs, 2^31 s reach the year 2038, and 2^52 is still exact. */
const PLACES = 2 ** 21;
/** Homes walked before other requests get their turn: some 10 ms. */
const HOMES_A_BREATH = 250;

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
  const changed = new Map<string, Job>();
  /** Jobs that callers have raised, as they are now. */
  const raised = new Map<string, Job>();
  const now = worldClock(world.today, clock);
  let walked: Promise<Walked> | undefined;

  function madeFor(index: number): Job[] {
    const home = world.homes[index];
    return home ? makeJobs(home, index).map((job) => changed.get(job.reference) ?? job) : [];
  }

  function byReference(reference: string): Job | undefined {
    const known = raised.get(reference) ?? changed.get(reference);
    const number = numberOf(reference);
    if (known || number === undefined) return known;
    return madeFor(Math.floor(number / NUMBERS_PER_HOME)).find((job) => job.reference === reference);
  }

  function walk(): Promise<Walked> {
    walked ??= walkEstate(world.homes, makeJobs);
    return walked;
  }

  return {
    now,
    byReference,
    ofProperty: (propRef) => {
      const made = madeFor(places.get(propRef) ?? -1);
      return [...made, ...raised.values()].filter((job) => job.propRef === propRef);
    },
    byExternalReference: (wanted) => [...raised.values()].filter((job) => job.externalReference === wanted),
    page: async ({ contractor, includeClosed }, offset, count) => {
      const { references, open, contractors } = await walk();
      const wanted = CONTRACTORS.indexOf(contractor ?? '');
      const found: string[] = [];
      for (let at = 0; at < references.length && found.length < offset + count; at += 1) {
        if (contractor !== undefined && contractors[at] !== wanted) continue;
        const reference = textOf(references[at] as number);
        const job = changed.get(reference);
        if (includeClosed || (job ? isOpen(job) : open[at] === 1)) found.push(reference);
      }
      for (const job of raised.values()) {
        if ((contractor ?? job.contractor) === job.contractor && (includeClosed || isOpen(job)))
          found.push(job.reference);
      }
      return found.slice(offset, offset + count).map((reference) => byReference(reference) as Job);
    },
    changedSince: async (since, most) => {
      const { references, byTime } = await walk();
      const recent = [...raised.values(), ...changed.values()].filter((job) => job.updatedAt >= since);
      const all = recent.map(({ reference, updatedAt }) => ({ reference, updatedAt }));
      let at = firstAtOrAfter(byTime, secondsOf(since) * PLACES);
      for (let left = most; at < byTime.length && left > 0; at += 1) {
        const entry = byTime[at] as number;
        const reference = textOf(references[entry % PLACES] as number);
        if (changed.has(reference)) continue;
        all.push({ reference, updatedAt: timeOf(Math.floor(entry / PLACES)) });
        left -= 1;
      }
      return all.sort((a, b) => (a.updatedAt < b.updatedAt ? -1 : 1)).slice(0, most);
    },
    raise: ({ raisedAt, targetAt, ...wish }) => {
      const updatedAt = now();
      const from = raisedAt ?? updatedAt;
      const priority = Object.values(PRIORITIES).find((one) => one.code === wish.priorityCode) ?? PRIORITIES.N;
      const job: Job = {
        ...wish,
        reference: referenceOf(world.homes.length * NUMBERS_PER_HOME + raised.size, false),
        raisedAt: from,
        updatedAt,
        targetAt: targetAt ?? targetOf(from, priority),
        priority: priority.letter,
        statusCode: STATUS.open,
        // The partner takes what has no trade, so that a partner's client sees new work.
        contractor: TRADES.find((trade) => trade.code === wish.trade)?.contractor ?? 'H09',
        booking: null,
      };
      raised.set(job.reference, job);
      return job;
    },
    change: (reference, change) => {
      const job = byReference(reference);
      if (!job) return null;
      const after = { ...job, ...change, updatedAt: now() };
      (raised.has(reference) ? raised : changed).set(reference, after);
      return after;
    },
  };
}

/** Looks at every job once, as it was made up. */
async function walkEstate(homes: World['homes'], makeJobs: ReturnType<typeof jobsMaker>): Promise<Walked> {
  const references: number[] = [];
  const open: number[] = [];
  const contractors: number[] = [];
  const times: number[] = [];
  for (const [index, home] of homes.entries()) {
    if (index % HOMES_A_BREATH === 0) await new Promise((resolve) => setImmediate(resolve));
    for (const job of makeJobs(home, index)) {
      times.push(secondsOf(job.updatedAt) * PLACES + references.length);
      references.push(Number(job.reference));
      open.push(isOpen(job) ? 1 : 0);
      contractors.push(CONTRACTORS.indexOf(job.contractor));
    }
  }
  return {
    references: Int32Array.from(references),
    open: Uint8Array.from(open),
    contractors: Uint8Array.from(contractors),
    byTime: Float64Array.from(times).sort(),
  };
}

function textOf(reference: number): string {
  return String(reference).padStart(8, '0');
}

function secondsOf(time: LocalTime): number {
  return Math.max(0, Date.parse(`${time}Z`) / 1_000);
}

function timeOf(seconds: number): LocalTime {
  return new Date(seconds * 1_000).toISOString().slice(0, 19);
}

/** The first place in a sorted list whose entry is not below `least`. */
function firstAtOrAfter(sorted: Float64Array, least: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] as number) < least) low = middle + 1;
    else high = middle;
  }
  return low;
}
