// Tries the mutants of one room with Stryker. Knows Stryker; knows no baseline.
import { availableParallelism } from 'node:os';
import { relative } from 'node:path';
import type { MutantResult } from '@stryker-mutator/api/core';
import { Stryker } from '@stryker-mutator/core';
import type { Room } from './rooms.ts';
import { excluded, sample } from './sample.ts';

/** What came of the mutants of one file. */
export interface Score {
  tried: number;
  /** How many of them made a test fail, or wait for ever. */
  noticed: number;
  /** Those that nobody noticed, each with its place and what it says instead. */
  survivors: { place: string; instead: string }[];
}

/** Tries about `each` mutants of every file. Gives the score by file; a file without anything to change is left out. */
export async function tryRoom(room: Room, files: readonly string[], each: number): Promise<Map<string, Score>> {
  const ranges = (await Promise.all(files.map((file) => sample(file, each)))).flat();
  const scores = new Map<string, Score>();
  if (ranges.length === 0) return scores;
  process.env.MUTANTS_TESTS = room.tests.join(' ');
  const results = await new Stryker({
    testRunner: 'vitest',
    vitest: { configFile: 'test/mutants/vitest.config.ts', related: false },
    // Names no file: Stryker loads TypeScript only where it does, and TypeScript 7 has no programming interface.
    tsconfigFile: 'none.json',
    mutate: ranges,
    mutator: { plugins: null, excludedMutations: excluded },
    coverageAnalysis: 'perTest',
    // What a module sets up when it is loaded is one change for all tests of it: too slow to try.
    ignoreStatic: true,
    concurrency: Math.min(2, availableParallelism()),
    timeoutMS: 20_000,
    reporters: ['progress-append-only'],
    logLevel: 'error' as never,
    tempDirName: '.mutants',
    allowConsoleColors: false,
  }).runMutationTest();
  for (const result of results) count(scores, result);
  return scores;
}

function count(
  scores: Map<string, Score>,
  { fileName, location, status, replacement, mutatorName }: MutantResult,
): void {
  // What could not be run tells nothing of the tests.
  if (status !== 'Killed' && status !== 'Timeout' && status !== 'Survived' && status !== 'NoCoverage') return;
  const file = relative(process.cwd(), fileName);
  const score = scores.get(file) ?? { tried: 0, noticed: 0, survivors: [] };
  scores.set(file, score);
  score.tried += 1;
  if (status === 'Killed' || status === 'Timeout') score.noticed += 1;
  else {
    const { line, column } = location.start;
    const how = status === 'NoCoverage' ? 'no test comes by' : 'no test notices';
    score.survivors.push({
      place: `${file}:${line}:${column + 1}`,
      instead: `${mutatorName}: ${replacement} (${how})`,
    });
  }
}
