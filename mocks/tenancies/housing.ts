// The tenancies system's operations over a world, and what its users changed since. Knows elements and rules;
// knows no envelope, no password and no HTTP (tenancies.ts).

import { type Element, tag, text, type Xml } from '../soap.ts';
import { hash } from '../world/random.ts';
import type { LocalTime, Member, Tenancy, World } from '../world.ts';
import { contactDetails, keys, localTime, Refusal, refuse, ukDay, whole } from './arguments.ts';
import { changeLog, inventedChange } from './changes.ts';
import { directory } from './directory.ts';
import { entryRow, type LogEntry, memberRow, propertyRow, tenancyRow, transactionRow } from './rows.ts';
import { statement } from './statement.ts';

/** The wire's own limit. */
const MOST_PEOPLE = 100;
/** More changed keys than this are not given at once, whatever is asked: the caller comes back after the last one. */
const MOST_CHANGES = 1_000;
/** One person's record in so many is open on somebody's screen, and locked, at the first write. */
const LOCKED_ONE_IN = 50;

/** An operation: the request's element in, the result's content out. Throws a `Refusal`. */
export type Operation = (body: Element) => Xml[];

/** Every operation by its name. `now` is London's wall clock in the world. */
export function housing(world: World, now: () => LocalTime): Readonly<Record<string, Operation>> {
  const log = (keys: string[]) => changeLog(keys, world.seed, world.today);
  const changes = {
    TENANCY: log(world.tenancies.map((one) => one.tagRef)),
    PROPERTY: log(world.homes.map((one) => one.propRef)),
    MEMBER: log(world.members.map((one) => one.personRef)),
  };
  const updates = new Map<string, Partial<Member>>();
  const logs = new Map<string, LogEntry[]>();
  const opened = new Set<string>();
  const people = directory(world);
  const spared = new Set([world.cast.katy.personReference, world.cast.david.personReference]);

  const memberXml = (member: Member) =>
    memberRow({ ...member, ...updates.get(member.personRef) }, changes.MEMBER.at(member.personRef));
  const tenanciesXml = (found: Iterable<Tenancy>) => {
    const once = [...new Set(found)].sort((a, b) => (a.tagRef < b.tagRef ? -1 : 1));
    return tag('Tenancies', ...once.map((one) => tenancyRow(one, changes.TENANCY.at(one.tagRef))));
  };
  const logOf = (personRef: string) => {
    let log = logs.get(personRef);
    if (!log) {
      log = world.memberByRef.has(personRef) ? inventedLog(world, personRef) : [];
      logs.set(personRef, log);
    }
    return log;
  };

  return {
    GetTenancies: (body) => [
      tenanciesXml(keys(body, 'TagRefs', 'TagRef').flatMap((key) => world.tenancyByRef.get(key) ?? [])),
    ],
    GetTenanciesByProperty: (body) => [
      tenanciesXml(keys(body, 'PropRefs', 'PropRef').flatMap((key) => world.tenanciesByProp.get(key) ?? [])),
    ],
    GetTenanciesByPerson: (body) => {
      const members = keys(body, 'PersonRefs', 'PersonRef').flatMap((key) => world.memberByRef.get(key) ?? []);
      return [tenanciesXml(members.flatMap((member) => world.tenanciesByHouse.get(member.houseRef) ?? []))];
    },
    GetProperties: (body) => {
      const homes = keys(body, 'PropRefs', 'PropRef')
        .sort()
        .flatMap((key) => world.homeByRef.get(key) ?? []);
      return [tag('Properties', ...homes.map((home) => propertyRow(home, changes.PROPERTY.at(home.propRef))))];
    },
    GetHousehold: (body) => {
      const members = keys(body, 'HouseRefs', 'HouseRef')
        .sort()
        .flatMap((key) => world.membersByHouse.get(key) ?? []);
      return [tag('Members', ...members.map(memberXml))];
    },
    SearchPeople: (body) => {
      const rows = whole(body, 'MaxRows', MOST_PEOPLE);
      if (rows > MOST_PEOPLE) refuse(210, `MaxRows may not exceed ${MOST_PEOPLE}.`);
      const found = people(text(body, 'Surname'), text(body, 'PostCode'));
      if (!found) throw new Refusal(210, 'A surname or a postcode must be given.');
      const first = Math.max(1, whole(body, 'StartRow', 1)) - 1; // rows are counted from 1; 0 is the first row too
      return [tag('Members', ...found.slice(first, first + rows).map(memberXml)), tag('TotalRows', found.length)];
    },
    GetRentStatement: (body) => {
      const from = ukDay(text(body, 'From'));
      const to = ukDay(text(body, 'To'));
      if (from > to) refuse(210, 'From is after To.');
      const tenancy = world.tenancyByRef.get(text(body, 'TagRef'));
      const lines = tenancy ? statement(world, tenancy) : [];
      return [tag('Transactions', ...lines.filter((line) => line.day >= from && line.day <= to).map(transactionRow))];
    },
    ChangedSince: (body) => {
      const entity = text(body, 'Entity');
      const log = Object.hasOwn(changes, entity)
        ? changes[entity as keyof typeof changes]
        : refuse(210, 'Unknown Entity.');
      const since = localTime(text(body, 'Since'));
      const rows = Math.min(MOST_CHANGES, whole(body, 'MaxRows', MOST_PEOPLE));
      const found = log.since(since, text(body, 'AfterKey'), rows);
      return [tag('Keys', ...found.map(({ key, at }) => tag('Changed', tag('key', key), tag('tstamp', at))))];
    },
    UpdateContactDetails: (body) => {
      const personRef = text(body, 'PersonRef');
      if (!world.memberByRef.has(personRef)) refuse(301, 'Person not found.');
      const update = contactDetails(body);
      const contended = hash(world.seed, `locked ${personRef}`) % LOCKED_ONE_IN === 0 && !spared.has(personRef);
      if (contended && !opened.has(personRef)) {
        opened.add(personRef);
        refuse(201, 'Record locked by user JSMITH2.');
      }
      updates.set(personRef, { ...updates.get(personRef), ...update });
      changes.MEMBER.touch(personRef, now());
      logOf(personRef).push({ at: now(), type: 'UPD', userField: text(body, 'UserField1') });
      return [];
    },
    GetContactLog: (body) => [tag('Entries', ...logOf(text(body, 'PersonRef')).map(entryRow))],
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
