// The tenancies system's operations over what it holds (holdings.ts). Knows elements and rules; knows no envelope, no
// password and no HTTP (tenancies.ts).

import type { Effects } from '../effects.ts';
import { type Element, tag, text, type Xml } from '../soap.ts';
import { hash } from '../world/random.ts';
import type { Member, Tenancy, World } from '../world.ts';
import { contactDetails, keys, localTime, Refusal, refuse, ukDay, whole } from './arguments.ts';
import { directory } from './directory.ts';
import type { Records } from './holdings.ts';
import { entryRow, memberRow, propertyRow, tenancyRow, transactionRow } from './rows.ts';
import { statement } from './statement.ts';

/** The wire's own limit. */
const MOST_PEOPLE = 100;
/** More changed keys than this are not given at once, whatever is asked: the caller comes back after the last one. */
const MOST_CHANGES = 1_000;
/** One person's record in so many is open on somebody's screen, and locked, at the first write. */
const LOCKED_ONE_IN = 50;

/** An operation: the request's element in, the result's content out. Throws a `Refusal`. */
export type Operation = (body: Element) => Xml[];

/** Every operation by its name, over what the system holds. */
export function housing(world: World, held: Records, effects: Effects): Readonly<Record<string, Operation>> {
  const people = directory(world);
  const spared = new Set([world.cast.katy.personReference, world.cast.david.personReference]);

  const memberXml = (member: Member) => memberRow(member, held.changes.MEMBER.at(member.personRef));
  const tenanciesXml = (found: Iterable<Tenancy | undefined>) => {
    const standing = [...new Set(found)].flatMap((one) => held.tenancy(one) ?? []);
    const ordered = standing.sort((a, b) => (a.tagRef < b.tagRef ? -1 : 1));
    return tag('Tenancies', ...ordered.map((one) => tenancyRow(one, held.changes.TENANCY.at(one.tagRef))));
  };
  const memberOf = (personRef: string) => held.member(world.memberByRef.get(personRef));

  return {
    GetTenancies: (body) => [tenanciesXml(keys(body, 'TagRefs', 'TagRef').map((key) => world.tenancyByRef.get(key)))],
    GetTenanciesByProperty: (body) => [
      tenanciesXml(keys(body, 'PropRefs', 'PropRef').flatMap((key) => world.tenanciesByProp.get(key) ?? [])),
    ],
    GetTenanciesByPerson: (body) => {
      const members = keys(body, 'PersonRefs', 'PersonRef').flatMap((key) => memberOf(key) ?? []);
      return [tenanciesXml(members.flatMap((member) => world.tenanciesByHouse.get(member.houseRef) ?? []))];
    },
    GetProperties: (body) => {
      const homes = keys(body, 'PropRefs', 'PropRef')
        .sort()
        .flatMap((key) => held.home(world.homeByRef.get(key)) ?? []);
      return [tag('Properties', ...homes.map((home) => propertyRow(home, held.changes.PROPERTY.at(home.propRef))))];
    },
    GetHousehold: (body) => {
      const members = keys(body, 'HouseRefs', 'HouseRef')
        .sort()
        .flatMap((key) => world.membersByHouse.get(key) ?? [])
        .flatMap((member) => held.member(member) ?? []);
      return [tag('Members', ...members.map(memberXml))];
    },
    SearchPeople: (body) => {
      const rows = whole(body, 'MaxRows', MOST_PEOPLE);
      if (rows > MOST_PEOPLE) refuse(210, `MaxRows may not exceed ${MOST_PEOPLE}.`);
      const listed = people(text(body, 'Surname'), text(body, 'PostCode'));
      if (!listed) throw new Refusal(210, 'A surname or a postcode must be given.');
      const found = listed.flatMap((member) => held.member(member) ?? []);
      const first = Math.max(1, whole(body, 'StartRow', 1)) - 1; // rows are counted from 1; 0 is the first row too
      return [tag('Members', ...found.slice(first, first + rows).map(memberXml)), tag('TotalRows', found.length)];
    },
    GetRentStatement: (body) => {
      const from = ukDay(text(body, 'From'));
      const to = ukDay(text(body, 'To'));
      if (from > to) refuse(210, 'From is after To.');
      const tenancy = world.tenancyByRef.get(text(body, 'TagRef'));
      const lines = tenancy && held.tenancy(tenancy) ? statement(world, tenancy) : [];
      const present = held.present();
      const asked = lines.filter((line) => line.day >= from && line.day <= to && line.day <= present);
      return [tag('Transactions', ...asked.map(transactionRow))];
    },
    ChangedSince: (body) => {
      const entity = text(body, 'Entity');
      const log = Object.hasOwn(held.changes, entity)
        ? held.changes[entity as keyof typeof held.changes]
        : refuse(210, 'Unknown Entity.');
      const since = localTime(text(body, 'Since'));
      const rows = Math.min(MOST_CHANGES, whole(body, 'MaxRows', MOST_PEOPLE));
      const found = log.since(since, text(body, 'AfterKey'), rows);
      return [tag('Keys', ...found.map(({ key, at }) => tag('Changed', tag('key', key), tag('tstamp', at))))];
    },
    UpdateContactDetails: (body) => {
      const personRef = text(body, 'PersonRef');
      if (!memberOf(personRef)) refuse(301, 'Person not found.');
      const update = contactDetails(body);
      const contended = hash(world.seed, `locked ${personRef}`) % LOCKED_ONE_IN === 0 && !spared.has(personRef);
      if (contended && !held.openOnce(personRef)) refuse(201, 'Record locked by user JSMITH2.');
      const reference = text(body, 'UserField1');
      held.updateMember(personRef, update, { type: 'UPD', userField: reference });
      const what = { target: 'tenancies', operation: 'UpdateContactDetails', about: personRef, reference, made: null };
      effects.note({ ...what, says: JSON.stringify(update) });
      return [];
    },
    GetContactLog: (body) => [tag('Entries', ...held.logOf(text(body, 'PersonRef')).map(entryRow))],
  };
}
