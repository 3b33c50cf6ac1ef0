// Finds kept answers about people that no kept record of a person leads to any more: forgetting a person would not find them.
// They are of people who were forgotten by a version that did not find all, or were read without their person. Knows terms;
// knows no system, and asks none.
import type { Reads, SystemDefinition } from './definition.ts';
import { furtherTermsOf } from './forgetting.ts';
import type { Snapshots } from './snapshots.ts';
import { type TermName, termsOf, valuesOf } from './terms.ts';

/** What is looked through. */
export interface UnlinkedSurroundings {
  systems: readonly Pick<SystemDefinition, 'name' | 'furtherTerms'>[];
  /** Each system's reads, by its name. */
  reads: ReadonlyMap<string, Reads>;
  snapshots: Snapshots;
  now(): number;
}

/** What was found. */
export interface Unlinked {
  /** How many records were looked at. */
  looked: number;
  found: readonly { system: string; kind: string; count: number }[];
}

/** What has one of these is about a person. Of a home, a work order or a name alone nobody is forgotten. */
const personal: readonly TermName[] = ['person', 'household', 'tenancy', 'application', 'call', 'telephone'];
/** Records a page: opened in some ten milliseconds, so that others get their turn. */
const recordsAPage = 250;
/** People whose terms are looked up at once, a statement a kind: some tens of milliseconds. */
const peopleAtOnce = 200;

/** Finds them, and forgets them where that is wished. Throws where the store fails meanwhile: then what was found says nothing. */
export async function findUnlinked(outside: UnlinkedSurroundings, forget: boolean): Promise<Unlinked> {
  const { systems, snapshots, now } = outside;
  // What is read while this looks may be of somebody who was read after the people were.
  const beganMs = now();
  await snapshots.flush();
  const people = new Set<string>();
  let looked = 0;
  for await (const { terms } of recordsOf(outside)) {
    looked += 1;
    for (const person of valuesOf('person', terms)) people.add(person);
  }
  const linked = new Set<string>();
  const all = termsOf('person', people);
  for (let start = 0; start < all.length; start += peopleAtOnce) {
    for (const term of await furtherTermsOf(all.slice(start, start + peopleAtOnce), systems, snapshots))
      linked.add(term);
  }
  const found = new Map<string, { system: string; kind: string; keys: Set<string> }>();
  for await (const { system, kind, key, terms, readAtMs } of recordsOf(outside)) {
    const whose = terms.filter((term) => personal.some((name) => term.startsWith(`${name}\n`)));
    if (readAtMs >= beganMs || whose.length === 0 || whose.some((term) => linked.has(term))) continue;
    const of = found.get(`${system} ${kind}`) ?? { system, kind, keys: new Set() };
    found.set(`${system} ${kind}`, of);
    of.keys.add(key);
  }
  if (forget) for (const { system, kind, keys } of found.values()) await snapshots.forgetKeys(system, kind, [...keys]);
  return { looked, found: [...found.values()].map(({ keys, ...of }) => ({ ...of, count: keys.size })) };
}

/** Everything that is stored of kinds that are found by terms. */
async function* recordsOf({ systems, reads, snapshots }: UnlinkedSurroundings) {
  for (const { name: system } of systems) {
    for (const [kind, { terms: termsOfRecord }] of Object.entries(reads.get(system) ?? {})) {
      if (!termsOfRecord) continue;
      for (let after: string | null = ''; after !== null; ) {
        const page: Awaited<ReturnType<Snapshots['records']>> = await snapshots.records(
          system,
          kind,
          after,
          recordsAPage,
        );
        for (const { key, value, readAtMs } of page.records) {
          yield { system, kind, key, readAtMs, terms: termsOfRecord(value, key) };
        }
        after = page.next;
      }
    }
  }
}
