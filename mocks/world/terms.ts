// On what terms a home is let: tenure, rent, what is owed. Knows no household beyond its reference, and no system.

import type { Home, Tenancy } from '../world.ts';
import { dayOf } from './calendar.ts';
import { between, type Random, weighted } from './random.ts';

/** FRM is in no list of tenures: somebody once typed it, and four in a thousand have it still. */
const tenureOf = weighted([
  ['ASY', 560],
  ['SEC', 170],
  ['AST', 85],
  ['SHO', 50],
  ['LEA', 45],
  ['INT', 35],
  ['NON', 12],
  ['DEC', 12],
  ['LTA', 9],
  ['TGA', 9],
  ['MPA', 9],
  ['FRM', 4],
]);

/** Weekly rent in pence by bedrooms, about what social rents are in the region. */
const RENT_PENCE = [8_200, 9_600, 11_100, 12_500, 14_200, 15_800];

/** What is owed: most accounts are within a week of nothing, one in three is in arrears, some in credit. */
function balance(random: Random, weekPence: number, ended: boolean): number {
  const chance = random();
  if (chance < (ended ? 0.7 : 0.2)) return 0;
  if (chance < 0.45) return -between(random, 1, weekPence * 2);
  if (chance < 0.7) return between(random, 1, weekPence);
  return chance < 0.97 ? between(random, weekPence, weekPence * 8) : between(random, 100_000, 450_000);
}

/** A tenancy of a home by a household; `start` and `end` in days since 1970, `successor` counted from 1. */
export function tenancyOf(
  random: Random,
  home: Home,
  houseRef: string,
  terms: { account: number; successor: number; start: number; end: number | null },
): Tenancy {
  const account = String(terms.account).padStart(6, '0');
  const successor = String(terms.successor).padStart(2, '0');
  const base = home.kind === 'GARAGE' ? 1_250 : (RENT_PENCE[home.bedrooms] ?? 15_800);
  const rentPence = base + between(random, -900, 900);
  const servicePence = home.category === 'FLT' ? between(random, 350, 1_900) : 0;
  return {
    tagRef: `${account}/${successor}`,
    propRef: home.propRef,
    houseRef,
    tenure: tenureOf(random),
    start: dayOf(terms.start),
    end: terms.end === null ? null : dayOf(terms.end),
    rentPence,
    servicePence,
    balancePence: balance(random, rentPence + servicePence, terms.end !== null),
    paymentRef: `19${account}${successor}${String(between(random, 0, 99)).padStart(2, '0')}`,
  };
}
