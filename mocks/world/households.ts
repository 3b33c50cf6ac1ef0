// Who lives together: one household at a time, from one stream of chance. Knows no home, no rent and no system.

import type { Member } from '../world.ts';
import { dayOf } from './calendar.ts';
import { type Culture, culture, email, preference, telephone } from './names.ts';
import { between, pick, type Random, weighted } from './random.ts';

/** Days in a year, for ages. */
const YEAR = 365.25;

/** Sizes of social tenants' households, after the English Housing Survey: two in five live alone. */
const sizeOf = weighted([
  [1, 41],
  [2, 27],
  [3, 15],
  [4, 10],
  [5, 5],
  [6, 2],
]);

/** Reasons for vulnerability as staff recorded them; DEM is in nobody's list of codes. */
const reason = weighted([
  ['Y', 30],
  ['MOB', 18],
  ['MH', 16],
  ['HRG', 10],
  ['O75', 10],
  ['VIS', 6],
  ['LD', 5],
  ['DV', 3],
  ['DEM', 2],
]);

type Sex = 'woman' | 'man';

function title(random: Random, sex: Sex, age: number): string {
  const chance = random();
  if (chance < 0.03) return '';
  if (chance < 0.04) return pick(random, ['Dr', 'Mx', 'Rev']);
  if (age < 16) return sex === 'man' ? 'Master' : 'Miss';
  return sex === 'man' ? 'Mr' : pick(random, ['Mrs', 'Miss', 'Ms']);
}

/** The chance, by age, that someone is recorded as vulnerable; it comes to about 8% of everyone. */
function vulnerability(age: number): number {
  if (age >= 75) return 0.32;
  return age >= 18 ? 0.07 : 0.015;
}

function member(
  random: Random,
  epochToday: number,
  names: Culture,
  who: { houseRef: string; personNo: number; surname: string; age: number; responsible: boolean },
): Member {
  const sex: Sex = random() < 0.53 ? 'woman' : 'man';
  const forename = pick(random, sex === 'man' ? names.men : names.women);
  const { houseRef, personNo, surname, age, responsible } = who;
  const born = epochToday - Math.floor((age + random()) * YEAR);
  const reachable = age >= 16;
  return {
    houseRef,
    personNo,
    personRef: `${houseRef}-${personNo}`,
    title: title(random, sex, age),
    forename,
    surname,
    dob: random() < 0.03 ? null : dayOf(born),
    responsible,
    vulnerable: random() < vulnerability(age) ? reason(random) : '',
    telephone: reachable && (responsible || random() < 0.4) ? telephone(random) : '',
    email: reachable && (responsible || random() < 0.3) ? email(random, forename, surname) : '',
    prefContact: reachable ? preference(random) : '',
  };
}

/** A household for a home of so many bedrooms, one to six people, the first of them a tenant. */
export function household(random: Random, epochToday: number, houseRef: string, bedrooms: number): Member[] {
  const names = culture(random);
  const surname = pick(random, names.surnames);
  const size = Math.min(sizeOf(random), bedrooms * 2);
  // The old live on in small homes; families are younger.
  const age = size < 3 ? between(random, 19, 92) : between(random, 22, 58);
  const people = [member(random, epochToday, names, { houseRef, personNo: 1, surname, age, responsible: true })];
  const paired = size > 1 && random() < 0.6;
  for (let personNo = 2; personNo <= size; personNo++) {
    const partner = personNo === 2 && paired;
    const oldest = Math.max(0, age - 18);
    people.push(
      member(random, epochToday, names, {
        houseRef,
        personNo,
        surname: random() < (partner ? 0.25 : 0.1) ? pick(random, names.surnames) : surname,
        age: partner ? Math.max(19, age + between(random, -8, 8)) : between(random, 0, Math.min(oldest, 40)),
        responsible: partner && random() < 0.6,
      }),
    );
  }
  return people;
}

/** Someone who moved out years ago, of whom little is kept. */
export function formerTenant(random: Random, epochToday: number, houseRef: string): Member[] {
  const names = culture(random);
  const who = { houseRef, personNo: 1, surname: pick(random, names.surnames), age: between(random, 25, 90) };
  // A flag lapses when someone leaves: nobody is to be rung about a home that they no longer live in.
  return [{ ...member(random, epochToday, names, { ...who, responsible: true }), vulnerable: '' }];
}
