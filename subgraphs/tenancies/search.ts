// Searches for people and homes. What the tenancies system has no question for (a telephone number, the homes of a
// postcode) is found among what is kept, and read again where the system can be asked. Knows no wire.
import type { QueryPeopleArgs, QueryPropertiesArgs } from '../../schema/generated/tenancies.ts';
import type { Answer, Provenance } from '../continuity/definition.ts';
import { phoneNumber } from '../continuity/dirt.ts';
import { badInput, staler } from '../continuity/errors.ts';
import { connectionOf, pageOf, pageRequest, rootEntity, type Sourced, sourced } from '../continuity/fields.ts';
import { foldedPostcode, foldedSurname } from '../continuity/terms.ts';
import { nobodyWithNumber, noHomeWithPostcode, type TenanciesVerbs } from './adapter.ts';
import type { Wanted } from './finding.ts';
import type { PersonRecord, PropertyRecord } from './records.ts';

/** Records in one answer, at most: ten calls to the system. A term that finds more is an office's number, or a mistake. */
const most = 500;

/** More than twice the columns that are searched: more is no name, and a search that the system would choke on. */
const longest = 50;

/** The page of people that a question asks for. Throws BAD_USER_INPUT. */
export async function people(args: QueryPeopleArgs, reads: TenanciesVerbs) {
  const page = pageRequest(args, 100);
  const wanted = wantedBy(args);
  if (wanted.telephone) return pageOf(await peopleByNumber(wanted, reads), page);
  const { surname, postcode } = wanted;
  return connectionOf(await reads.people({ surname, postcode, startRow: page.offset, maxRows: page.first }), page);
}

/** Homes by reference or by postcode. Throws BAD_USER_INPUT. */
export async function properties(
  { propertyReferences, postcode }: Partial<QueryPropertiesArgs>,
  reads: TenanciesVerbs,
) {
  if (propertyReferences != null && postcode == null) {
    if (propertyReferences.length > most) {
      throw badInput(
        `\`propertyReferences\` holds ${propertyReferences.length} references; at most ${most} are allowed.`,
      );
    }
    // Each by itself: one that cannot be a reference is null with its own error, and the others come.
    const found = propertyReferences.map((propertyReference) =>
      rootEntity(reads.property(propertyReference), { propertyReference }),
    );
    // Generated types have no word for an item that turns out to be null.
    return found as Promise<Sourced<PropertyRecord>>[];
  }
  if (postcode == null || propertyReferences != null) {
    throw badInput('Give `propertyReferences` or `postcode`: one of the two.');
  }
  const folded = foldedPostcode(postcode);
  if (folded === '' || postcode.length > longest) {
    throw badInput('`postcode` is none; give the whole of it, e.g. `CB1 2AB`.');
  }
  return propertiesAt(folded, reads);
}

function wantedBy(args: QueryPeopleArgs): Wanted {
  const [surname, postcode, typed] = [args.surname, args.postcode, args.telephone].map(
    (each) => each?.trim() ?? '',
  ) as [string, string, string];
  if (!surname && !postcode && !typed) {
    throw badInput('Give `surname`, `postcode` or `telephone`: at least one of them.');
  }
  if (Math.max(surname.length, postcode.length, typed.length) > longest) {
    throw badInput(`\`surname\`, \`postcode\` and \`telephone\` may have at most ${longest} characters.`);
  }
  const telephone = typed && phoneNumber(typed);
  if (telephone === null) {
    throw badInput('`telephone` is none; give the whole number, e.g. `01632 960123` or `+441632960123`.');
  }
  return { surname, postcode, telephone };
}

/** The provenance is that of the search; each person has their own besides. */
async function peopleByNumber(wanted: Wanted, reads: TenanciesVerbs): Promise<Answer<Sourced<PersonRecord>[]>> {
  const { value, provenance } = await reads.peopleByTelephone(wanted);
  if (value.length > most) {
    throw badInput(`More than ${most} people have that number on record: give \`surname\` or \`postcode\` too.`);
  }
  const again = await Promise.all(
    value.map((person) => readAgain(person, provenance, reads.person(person.personReference))),
  );
  const surname = foldedSurname(wanted.surname);
  const theirs = again
    .filter((person) => person !== null)
    .filter(({ telephoneNumbers }) => telephoneNumbers.includes(wanted.telephone))
    .filter((person) => surname === '' || foldedSurname(person.surname ?? '') === surname);
  return { value: unlessGone(theirs, value, nobodyWithNumber), provenance };
}

async function propertiesAt(folded: string, reads: TenanciesVerbs): Promise<Sourced<PropertyRecord>[]> {
  const { value, provenance } = await reads.propertiesByPostcode(folded);
  if (value.length > most) {
    throw badInput(`More than ${most} homes have that postcode on record: it is none to search by.`);
  }
  const again = await Promise.all(
    value.map((home) => readAgain(home, provenance, reads.property(home.propertyReference))),
  );
  const there = again.filter((home) => home !== null).filter((home) => foldedPostcode(home.postcode ?? '') === folded);
  return unlessGone(there, value, noHomeWithPostcode);
}

/** As the system has it now; where it has nothing newer to say, as it was found, which is as it was last kept. */
async function readAgain<Item extends object>(
  kept: Item,
  provenance: Provenance,
  asked: Promise<Answer<Item | null>>,
): Promise<Sourced<Item> | null> {
  const [again] = await Promise.allSettled([asked]);
  const isNewer = again.status === 'fulfilled' && again.value.provenance.source !== 'SNAPSHOT';
  return isNewer ? sourced(again.value) : { ...kept, provenance };
}

/** All that was found has changed since: whom else it would find now, nobody can tell. */
function unlessGone<Item>(now: Item[], found: readonly unknown[], nothingKept: string): Item[] {
  if (now.length === 0 && found.length > 0) throw staler('tenancies', nothingKept, null, nothingKept);
  return now;
}
