// A rent account's lines, invented so that they end in the balance that the estate says. Knows no wire.
import { addDays, dayOf, epochDay } from '../world/calendar.ts';
import { between, stream, weighted } from '../world/random.ts';
import type { Tenancy, World } from '../world.ts';
import type { Transaction } from './rows.ts';

/** Lines older than three years are in an archive that no operation reads. */
const KEPT_DAYS = 1_092;
/** 1970-01-05, the first Monday of the epoch: rent falls due on Mondays. */
const FIRST_MONDAY = 4;

const payment = weighted([
  ['DDE', 40],
  ['HB', 40],
  ['CSH', 20],
] as const);

/** The lines of one tenancy, oldest first: rent each Monday, most weeks a payment three days later. */
export function statement(world: World, tenancy: Tenancy): Transaction[] {
  const random = stream(world.seed, `statement ${tenancy.tagRef}`);
  const last = epochDay(tenancy.end ?? world.today);
  const first = Math.max(epochDay(tenancy.start), last - KEPT_DAYS);
  const monday = first + ((((FIRST_MONDAY - first) % 7) + 7) % 7);
  const weekPence = tenancy.rentPence + tenancy.servicePence;
  const pays = payment(random);
  const lines: { day: string; type: Transaction['type']; valuePence: number }[] = [];
  for (let day = monday; day <= last; day += 7) {
    lines.push({ day: dayOf(day), type: 'RNT', valuePence: weekPence });
    const chance = random();
    const paidOn = addDays(dayOf(day), 3);
    if (epochDay(paidOn) > last) continue;
    if (chance < 0.86) lines.push({ day: paidOn, type: pays, valuePence: -weekPence });
    else if (chance < 0.94) lines.push({ day: paidOn, type: 'CSH', valuePence: -between(random, 500, weekPence) });
    else if (chance < 0.95) lines.push({ day: paidOn, type: 'ADJ', valuePence: between(random, -2_500, 2_500) });
  }
  let balancePence = tenancy.balancePence - lines.reduce((sum, line) => sum + line.valuePence, 0);
  return lines.map((line) => {
    balancePence += line.valuePence;
    return { ...line, balancePence };
  });
}
