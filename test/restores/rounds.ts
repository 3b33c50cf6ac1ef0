// Plays many restores, each on a new store, and counts what came of them. Knows where stores are put; knows no play's inside.
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { StorePlace } from '../../subgraphs/continuity/store.ts';
import { startDatabase } from '../database.ts';
import { type Engine, type Plan, planOf, told } from './plan.ts';
import { type Finding, type Outcome, play } from './play.ts';
import type { SystemName } from './residents.ts';

/** What became of many plays of one system on one engine. */
export interface Tally {
  system: SystemName;
  engine: Engine;
  plays: number;
  /** How many plays had a finding of each kind. */
  found: Readonly<Record<Finding['kind'], number>>;
  /** The slowest release after a silence in which nothing was lost, in virtual ms; null: one was never released. */
  slowestReleaseMs: number | null;
  /** A line for each finding, with what plays it again. */
  wrong: string[];
}

/** What is played. */
export interface Wanted {
  system: SystemName;
  engine: Engine;
  /** The first number; the plays have this and the following. */
  seed: number;
  plays: number;
  /** Told after each play. */
  onPlayed?(plan: Plan, outcome: Outcome, tookMs: number): void;
  /** Whether to go on after a play; default: to the last. */
  goesOn?(outcome: Outcome): boolean;
}

/** Stores for plays: what is lost with the machine may be in its memory, where a commit costs nothing. */
export interface Stores {
  place(engine: Engine): Promise<StorePlace>;
  close(): Promise<void>;
}

/** Opens room for stores; PostgreSQL is started when it is first asked for. */
export function openStores(): Stores {
  const within = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
  const folder = mkdtempSync(join(within, 'lintel-restores-'));
  let database: ReturnType<typeof startDatabase> | undefined;
  let count = 0;
  return {
    async place(engine) {
      count += 1;
      if (engine === 'SQLITE') return { file: join(folder, `${count}.sqlite`) };
      database ??= startDatabase({ within });
      return { url: await (await database).fresh() };
    },
    async close() {
      await (await database)?.close();
      rmSync(folder, { recursive: true });
    },
  };
}

/** Plays them, one after another. */
export async function playAll(wanted: Wanted, stores: Stores): Promise<Tally> {
  const { system, engine, seed, plays, onPlayed, goesOn = () => true } = wanted;
  const found = { BELIEVED: 0, ANOTHERS: 0, HELD_FOR_NOTHING: 0, TWO_RECEIPTS: 0, WRITTEN_WHILE_HELD: 0, BROKEN: 0 };
  const wrong: string[] = [];
  let slowestReleaseMs: number | null = 0;
  let played = 0;
  for (; played < plays; ) {
    const plan = planOf(system, engine, seed + played);
    const beganMs = performance.now();
    const outcome = await play(plan, await stores.place(engine)).catch((error: Error) => {
      throw new Error(`${told(plan)} could not be played: ${error.message}`, { cause: error });
    });
    played += 1;
    onPlayed?.(plan, outcome, performance.now() - beganMs);
    for (const kind of new Set(outcome.findings.map((each) => each.kind))) found[kind] += 1;
    wrong.push(...outcome.findings.map(({ kind, what }) => `${kind}: ${what}\n    ${told(plan)}`));
    const { releasedMs } = outcome;
    slowestReleaseMs = slowestReleaseMs === null || releasedMs === null ? null : Math.max(slowestReleaseMs, releasedMs);
    if (!goesOn(outcome)) break;
  }
  return { system, engine, plays: played, found, slowestReleaseMs, wrong };
}
