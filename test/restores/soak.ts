// `npm run soak:restores`: many restores of each system on both engines, and a table of what came of them. Ends with 1 where
// anything does not hold. RESTORES_SYSTEM, RESTORES_ENGINE, RESTORES_PLAYS and RESTORES_SEED choose less, or one again.
import { randomInt } from 'node:crypto';
import type { Engine } from './plan.ts';
import { grounds, type SystemName } from './residents.ts';
import { openStores, playAll, type Tally } from './rounds.ts';

/** Plays of each system, by engine, where nobody says otherwise. */
const usual = { SQLITE: 100, POSTGRESQL: 20 } as const;

const { RESTORES_SYSTEM, RESTORES_ENGINE, RESTORES_PLAYS, RESTORES_SEED } = process.env;
const seed = Number(RESTORES_SEED || randomInt(1, 1_000_000));
const chosen = <Name extends string>(all: readonly Name[], name: string | undefined): readonly Name[] => {
  const some = all.filter((each) => !name || each === name);
  if (some.length === 0) throw new Error(`There is no ${name}: ${all.join(', ')}.`);
  return some;
};
const systems = chosen(Object.keys(grounds) as SystemName[], RESTORES_SYSTEM);
const engines = chosen(Object.keys(usual) as Engine[], RESTORES_ENGINE?.toUpperCase());

console.log(`Restores: RESTORES_SEED=${seed}`);
const stores = openStores();
const tallies: Tally[] = [];
try {
  for (const engine of engines) {
    for (const system of systems) {
      const plays = Number(RESTORES_PLAYS || usual[engine]);
      let done = 0;
      const tally = await playAll(
        {
          system,
          engine,
          seed,
          plays,
          onPlayed(plan, { findings, noticedMs, lost }, tookMs) {
            done += 1;
            const said = findings.map(({ kind, what }) => `${kind}: ${what}`).join('\n    ') || 'holds';
            const noticed = noticedMs === null ? 'not noticed' : `noticed after ${noticedMs / 1_000} s`;
            console.log(
              `${system} ${engine} ${done}/${plays} seed ${plan.seed} (${Math.round(tookMs)} ms): ${lost} lost, ${noticed}. ${said}`,
            );
          },
        },
        stores,
      );
      tallies.push(tally);
    }
  }
} finally {
  await stores.close();
}
console.table(
  tallies.map(({ system, engine, plays, found, slowestReleaseMs }) => ({
    system,
    engine,
    plays,
    believed: found.BELIEVED,
    "another's": found.ANOTHERS,
    'held for nothing': found.HELD_FOR_NOTHING,
    'two receipts': found.TWO_RECEIPTS,
    'written while held': found.WRITTEN_WHILE_HELD,
    broken: found.BROKEN,
    'slowest release': slowestReleaseMs === null ? 'never' : `${slowestReleaseMs / 1_000} s`,
  })),
);
const wrong = tallies.flatMap((tally) => tally.wrong);
for (const line of wrong) console.log(line);
process.exitCode = wrong.length > 0 ? 1 : 0;
