// What the tenancies system holds: the estate's records as they stand, what its users wrote over them, and when each was
// touched last. Knows how they stood on an earlier day; knows no element and no rule.
import { book, copyAll, horizon, type Kept } from '../book.ts';
import { daysBefore } from '../world/calendar.ts';
import { hash } from '../world/random.ts';
import { DAVIDS_EMAIL } from '../world/story.ts';
import type { Day, Home, LocalTime, Member, Tenancy, World } from '../world.ts';
import { type ChangeLog, changeLog, inventedChange } from './changes.ts';
import { homeBefore, memberBefore, tenancyAt, wasThere } from './past.ts';
import type { LogEntry } from './rows.ts';

/** The holdings. A record that is not there (any more, or yet) is undefined, whoever asks with the world's own. */
export interface Records extends Kept {
  now(): LocalTime;
  /** The last day that the rent accounts know. */
  present(): Day;
  tenancy(made: Tenancy | undefined): Tenancy | undefined;
  home(made: Home | undefined): Home | undefined;
  member(made: Member | undefined): Member | undefined;
  readonly changes: Readonly<Record<'TENANCY' | 'PROPERTY' | 'MEMBER', ChangeLog>>;
  logOf(personRef: string): readonly LogEntry[];
  /** Writes contact details, and into the contact log. */
  updateMember(personRef: string, update: Partial<Member>, entry: Omit<LogEntry, 'at'>): void;
  updateHome(propRef: string, update: Partial<Home>): void;
  /** Whether somebody has had the record open before, on the same screen. */
  openOnce(personRef: string): boolean;
}

/** The holdings of a world, which is itself left as it is. `now` is London's wall clock in it. */
export function records(world: World, now: () => LocalTime): Records {
  const people = book<Partial<Member>>();
  const homes = book<Partial<Home>>();
  const logs = book<readonly LogEntry[]>();
  const opened = book<true>();
  const past = horizon();

  const dayThen = () => past.at()?.slice(0, 10);
  const changedSince = (log: ChangeLog, key: string) => log.madeAt(key) > (past.at() ?? '9999');

  const tenancy: Records['tenancy'] = (made) => {
    const day = dayThen();
    return made && day !== undefined ? tenancyAt(world, made, day) : made;
  };
  const home: Records['home'] = (made) => {
    if (!made) return undefined;
    const then = changedSince(changes.PROPERTY, made.propRef) ? homeBefore(made) : made;
    const written = homes.get(made.propRef);
    return written ? { ...then, ...written } : then;
  };
  const isThere = (made: Member | undefined) => {
    const day = dayThen();
    return made !== undefined && (day === undefined || wasThere(world, made, day));
  };
  const member: Records['member'] = (made) => {
    if (!made || !isThere(made)) return undefined;
    const then = changedSince(changes.MEMBER, made.personRef) ? memberBefore(world, made) : made;
    const written = people.get(made.personRef);
    return written ? { ...then, ...written } : then;
  };

  const davidsEmail = daysBefore(`${world.today}T${DAVIDS_EMAIL.time}`, DAVIDS_EMAIL.daysAgo);
  const changes = {
    TENANCY: changeLog(
      world.tenancies.map((one) => one.tagRef),
      world,
      (key) => (world.tenancyByRef.get(key)?.start ?? '') <= (dayThen() ?? '9999'),
    ),
    PROPERTY: changeLog(
      world.homes.map((one) => one.propRef),
      world,
      () => true,
    ),
    MEMBER: changeLog(
      world.members.map((one) => one.personRef),
      world,
      (key) => isThere(world.memberByRef.get(key)),
      new Map([[world.cast.david.personReference, davidsEmail]]),
    ),
  };
  const logOf: Records['logOf'] = (personRef) => {
    const invented = world.memberByRef.has(personRef) ? inventedLog(world, personRef) : [];
    return [...invented.filter(({ at }) => at <= (past.at() ?? '9999')), ...(logs.get(personRef) ?? [])];
  };
  const kept: readonly Kept[] = [people, homes, logs, opened, past, ...Object.values(changes)];

  return {
    now,
    present: () => dayThen() ?? world.today,
    tenancy,
    home,
    member,
    changes,
    logOf,
    updateMember: (personRef, update, entry) => {
      const at = now();
      people.set(personRef, { ...people.get(personRef), ...update }, at);
      changes.MEMBER.touch(personRef, at);
      logs.set(personRef, [...(logs.get(personRef) ?? []), { at, ...entry }], at);
    },
    updateHome: (propRef, update) => {
      homes.set(propRef, { ...homes.get(propRef), ...update }, now());
      changes.PROPERTY.touch(propRef, now());
    },
    openOnce: (personRef) => {
      const before = opened.has(personRef);
      opened.set(personRef, true, now());
      return before;
    },
    copy: () => copyAll(kept),
    goBack: (to) => {
      for (const one of kept) one.goBack(to);
    },
  };
}

/** What was in someone's log before anybody asked: nothing to three contacts. */
function inventedLog(world: World, personRef: string): LogEntry[] {
  const count = hash(world.seed, `log ${personRef}`) % 4;
  const types = ['TEL', 'LET', 'EML', 'VIS'];
  const entries = Array.from({ length: count }, (_, index) => ({
    at: inventedChange(world.seed, world.today, `log ${personRef} ${index}`),
    type: types[(count + index) % types.length] as string,
    userField: '',
  }));
  return entries.sort((a, b) => (a.at < b.at ? -1 : 1));
}
