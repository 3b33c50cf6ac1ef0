// The scores that were reached, by file, with the content they were reached on: what is lower is a promise that lost its test.
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import type { Score } from './room.ts';
import { rooms } from './rooms.ts';

const file = 'test/mutants/baseline.json';
/** What a file that has no score yet must reach. */
const leastShare = 0.8;

/** What was reached for one file. */
interface Reached {
  /** The start of the SHA-256 of the file that was tried. */
  content: string;
  tried: number;
  noticed: number;
}

/** Scores by file, and how many mutants of each were to be tried: with another number others are, and nothing can be compared. */
export interface Baseline {
  each: number;
  files: Record<string, Reached>;
}

export function readBaseline(): Baseline {
  return JSON.parse(readFileSync(file, 'utf8')) as Baseline;
}

/** Puts scores in place of those that the same files had; files that are gone go. */
export function writeBaseline({ files }: Baseline, scores: ReadonlyMap<string, Score>, each: number): void {
  const all = { ...files };
  for (const [name, { tried, noticed }] of scores) all[name] = { content: contentOf(name), tried, noticed };
  const known = new Set(rooms.flatMap((room) => room.files));
  const kept = Object.entries(all)
    .filter(([name]) => known.has(name))
    .sort(([one], [other]) => (one < other ? -1 : 1));
  writeFileSync(file, `${JSON.stringify({ each, files: Object.fromEntries(kept) }, null, 2)}\n`);
}

/** The files of the rooms that are not as they were when their score was reached. */
export function touched({ files }: Baseline): string[] {
  return rooms.flatMap((room) => room.files).filter((name) => files[name]?.content !== contentOf(name));
}

/** What is under the baseline, a line each, with what nobody noticed. */
export function under({ files }: Baseline, scores: ReadonlyMap<string, Score>): string[] {
  return [...scores].flatMap(([name, { tried, noticed, survivors }]) => {
    const before = files[name];
    const wanted = before ? before.noticed / before.tried : leastShare;
    if (noticed / tried >= wanted) return [];
    const unnoticed = survivors.map(({ place, instead }) => `\n  ${place} ${instead}`).join('');
    return [
      `${name}: ${noticed} of ${tried} mutants are noticed, wanted are ${Math.round(wanted * 100)} %:${unnoticed}`,
    ];
  });
}

function contentOf(name: string): string {
  return createHash('sha256').update(readFileSync(name)).digest('hex').slice(0, 16);
}
