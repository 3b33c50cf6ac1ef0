// Draws kept records to compare with what a system says after a silence: has it forgotten something? Half are the
// newest, which a restored backup loses first; half are drawn at random, for whatever else may have happened to it.
import { sql } from 'kysely';
import { boundsOf, type Generations } from './generations.ts';
import { among, newestAmong } from './lookup.ts';
import { isEmpty, type Sealing } from './sealing.ts';
import type { Store } from './store.ts';

/** A kept record, drawn. */
export interface Sampled {
  kind: string;
  key: string;
  value: unknown;
  readAtMs: number;
  /** When it was first seen with this content. */
  changedAtMs: number;
  /** The record's own time of last change, where its system tells one. */
  versionMs: number | null;
}

interface Row {
  kind: string;
  name: string;
  read_at: number;
  key_id: string;
  sealed: Buffer;
  changed_at: number;
  version_at: number | null;
}

/** Draws from a store. `random` in [0, 1). Asks in the background: the newest of millions takes longer than a request may. */
export function createSampling({ background }: Store, sealing: Sealing, confirmMs: number, random: () => number) {
  const rows = (system: string, kind: string, generations: Generations) =>
    background
      .selectFrom('snapshot')
      .select(['kind', 'name', 'read_at', 'key_id', 'sealed', 'changed_at', 'version_at'])
      .where('system', '=', system)
      .where('kind', '=', kind)
      .where('empty', '=', 0)
      .where(among(generations))
      .where(newestAmong(generations))
      // What a walk through the whole kind has not seen is known to be gone already.
      .where(
        sql<boolean>`not exists (
          select 1 from walked where walked.system = snapshot.system and walked.kind = snapshot.kind
          and walked.generation between ${boundsOf(generations).low} and ${boundsOf(generations).high}
          and (walked.generation > snapshot.generation
            or (walked.generation = snapshot.generation and snapshot.read_at + ${confirmMs} <= walked.at))
        )`,
      );

  const newest = (system: string, kind: string, count: number, generations: Generations): Promise<Row[]> =>
    rows(system, kind, generations).orderBy(sql`coalesce(version_at, changed_at)`, 'desc').limit(count).execute();

  /** Names are as good as random numbers: those that follow one drawn at random are records at random. */
  async function anywhere(system: string, kind: string, count: number, generations: Generations): Promise<Row[]> {
    const start = Math.floor(random() * 2 ** 48)
      .toString(16)
      .padStart(12, '0');
    const some = (from: '>=' | '<', most: number) =>
      rows(system, kind, generations).where('name', from, start).orderBy('name').limit(most).execute();
    const after = await some('>=', count);
    return after.length < count ? [...after, ...(await some('<', count - after.length))] : after;
  }

  return async function sample(
    system: string,
    kinds: readonly string[],
    count: number,
    generations: Generations,
  ): Promise<Sampled[]> {
    const timeOf = ({ version_at, changed_at }: Row) => version_at ?? changed_at;
    const all: Row[] = [];
    for (const kind of kinds) all.push(...(await newest(system, kind, Math.ceil(count / 2), generations)));
    const drawn = all.sort((a, b) => timeOf(b) - timeOf(a)).slice(0, Math.ceil(count / 2));
    const taken = new Set(drawn.map(({ kind, name }) => `${kind}\n${name}`));
    // As many again as are taken already may come up twice.
    const pools = await Promise.all(kinds.map((kind) => anywhere(system, kind, count, generations)));
    const others = pools.map((pool) => pool.filter(({ kind, name }) => !taken.has(`${kind}\n${name}`)));
    // One of each kind in turn, so that none is left out for another's size.
    for (let turn = 0; drawn.length < count && others.some((pool) => pool.length > turn); turn += 1) {
      for (const pool of others) {
        const row = pool[turn];
        if (row && drawn.length < count) drawn.push(row);
      }
    }
    return drawn.flatMap((row) => {
      const { key, value } = sealing.open({ system, kind: row.kind }, row);
      if (isEmpty(value)) return [];
      const { kind, read_at, changed_at, version_at } = row;
      return [{ kind, key, value, readAtMs: read_at, changedAtMs: changed_at, versionMs: version_at }];
    });
  };
}
