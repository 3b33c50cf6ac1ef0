// Whether the restore harness would notice: each safeguard is taken away, and it must find that within twenty plays; the same
// play with the safeguard in place finds nothing of the kind.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DeliberateBug, plantBug } from '../../subgraphs/continuity/deliberate-bugs.ts';
import type { Finding } from '../restores/play.ts';
import { openStores, playAll, type Stores } from '../restores/rounds.ts';

const mostPlays = 20;
/** Twenty plays take two minutes; on a machine that does much else, ten times that. */
const patientMs = 1_200_000;

const bugs: readonly [DeliberateBug, Finding['kind']][] = [
  ['SKIP_APPLIED_LOOKUP', 'BELIEVED'],
  ['TRUST_BARE_NUMBER', 'ANOTHERS'],
  ['TWO_RECEIPTS_A_KEY', 'TWO_RECEIPTS'],
  ['BELIEVE_FIRST_MISS', 'HELD_FOR_NOTHING'],
];

let stores: Stores;
beforeAll(() => {
  stores = openStores();
});
afterAll(() => stores.close());

describe('the restore harness', () => {
  it.each(bugs)('catches %s within twenty plays, as %s', { timeout: patientMs }, async (bug, kind) => {
    const wanted = { system: 'repairs', engine: 'SQLITE', seed: 0 } as const;
    const remove = plantBug(bug);
    const without = await playAll(
      {
        ...wanted,
        plays: mostPlays,
        onPlayed: ({ seed }, { findings }) => console.info(`${bug}, play ${seed}: ${findings.length} found`),
        goesOn: ({ findings }) => !findings.some((each) => each.kind === kind),
      },
      stores,
    ).finally(remove);
    expect(without.found[kind], `${bug} was not noticed in ${without.plays} plays`).toBe(1);
    const caught = wanted.seed + without.plays - 1;
    const intact = await playAll({ ...wanted, seed: caught, plays: 1 }, stores);
    expect(intact.found[kind], intact.wrong.join('\n')).toBe(0);
  });
});
