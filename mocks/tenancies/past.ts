// How the made-up records of the tenancies system stood on an earlier day, as an old backup has them. Knows no more than
// dates tell: rents, tenures, vulnerability and who else lived there then are not undone.
import { addDays } from '../world/calendar.ts';
import { email, telephone } from '../world/names.ts';
import { hash, stream } from '../world/random.ts';
import { DAVIDS_EMAIL } from '../world/story.ts';
import type { Day, Home, Member, Tenancy, World } from '../world.ts';
import { statement } from './statement.ts';

/** A gas safety record is renewed once a year. */
const GAS_DAYS = 365;

/** A tenancy at a day's end: not yet begun is undefined, not yet ended runs on, and the account stands where it stood. */
export function tenancyAt(world: World, tenancy: Tenancy, day: Day): Tenancy | undefined {
  if (tenancy.start > day) return undefined;
  const line = statement(world, tenancy).findLast((one) => one.day <= day);
  const end = tenancy.end !== null && tenancy.end > day ? null : tenancy.end;
  return { ...tenancy, end, balancePence: line?.balancePence ?? tenancy.balancePence };
}

/** Whether somebody was on record: born, and of a household that had a tenancy, if it ever had one. */
export function wasThere(world: World, member: Member, day: Day): boolean {
  if (member.dob !== null && member.dob > day) return false;
  const tenancies = world.tenanciesByHouse.get(member.houseRef) ?? [];
  return tenancies.length === 0 || tenancies.some((one) => one.start <= day);
}

/** Somebody's details before their last change: it was the telephone for one half of people, e-mail for the other. */
export function memberBefore(world: World, member: Member): Member {
  if (member.personRef === world.cast.david.personReference) return { ...member, email: DAVIDS_EMAIL.before };
  const random = stream(world.seed, `before ${member.personRef}`);
  const byTelephone = member.telephone !== '' && hash(world.seed, `which ${member.personRef}`) % 2 === 0;
  if (byTelephone) return { ...member, telephone: telephone(random) };
  return member.email === '' ? member : { ...member, email: email(random, member.forename, member.surname) };
}

/** A home before its last change: that was its new gas safety record. */
export function homeBefore(home: Home): Home {
  return home.gasExpiry === null ? home : { ...home, gasExpiry: addDays(home.gasExpiry, -GAS_DAYS) };
}
