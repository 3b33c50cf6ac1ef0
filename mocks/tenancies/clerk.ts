// The tenancies system's own staff: they take down new contact details, and enter gas safety records. Knows what such
// people change in a day; knows no wire.
import type { Changed } from '../mock.ts';
import { addDays } from '../world/calendar.ts';
import { email, preference, telephone } from '../world/names.ts';
import { pick, type Random } from '../world/random.ts';
import type { Member, World } from '../world.ts';
import type { Records } from './holdings.ts';

/** A record with nothing to be done about it is passed over and another one looked for, so often for each at most. */
const TRIES = 50;

/** Changes so many records, now. */
export function correctRecords(world: World, held: Records, count: number, random: Random): Changed[] {
  const changed: Changed[] = [];
  for (let tries = 0; changed.length < count && tries < count * TRIES; tries += 1) {
    const one = random() < 0.8 ? someonesDetails(world, held, random) : newGasRecord(world, held, random);
    // Each record once, so that as many as were asked for do change.
    if (one && !changed.some(({ reference }) => reference === one.reference)) changed.push(one);
  }
  return changed;
}

function someonesDetails(world: World, held: Records, random: Random): Changed | undefined {
  const member = held.member(pick(random, world.members));
  return member?.responsible ? newDetails(held, member, random) : undefined;
}

/** Takes down new contact details of one person. */
export function newDetails(held: Records, member: Member, random: Random): Changed | undefined {
  const field = pick(random, ['telephone', 'telephone', 'email', 'prefContact'] as const);
  const draw = {
    telephone,
    email: (chance: Random) => email(chance, member.forename, member.surname),
    prefContact: preference,
  };
  const value = draw[field](random);
  if (value.trim() === '' || value === member[field]) return undefined;
  const update: Partial<Member> = { [field]: value };
  held.updateMember(member.personRef, update, { type: 'TEL', userField: '' });
  return { reference: member.personRef, what: `new ${field}` };
}

function newGasRecord(world: World, held: Records, random: Random): Changed | undefined {
  const home = held.home(pick(random, world.homes));
  if (!home?.gasExpiry) return undefined;
  // A year from the visit.
  const gasExpiry = addDays(held.now().slice(0, 10), 365);
  if (gasExpiry === home.gasExpiry) return undefined;
  held.updateHome(home.propRef, { gasExpiry });
  return { reference: home.propRef, what: `gas safety until ${gasExpiry}` };
}
