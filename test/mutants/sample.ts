// Chooses which mutants of a file are tried: always the same ones, wherever in the file they stand and whatever it is called.
// Knows Stryker's instrumenter.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Location } from '@stryker-mutator/api/core';
import { Instrumenter } from '@stryker-mutator/instrumenter';

/** What is not mutated: words, which other tests read, and shapes, which the types check. */
export const excluded = ['StringLiteral', 'ObjectLiteral', 'ArrayDeclaration', 'Regex', 'UpdateOperator'] as const;

const silent = new Proxy({} as ConstructorParameters<typeof Instrumenter>[0], {
  get: (_, name) => (String(name).startsWith('is') ? () => false : () => {}),
});

/** A piece of a file with the mutants of it: from one to three, each change of one expression. */
interface Piece {
  range: string;
  rank: string;
  mutants: number;
}

/**
 * Ranges of a file with about `most` mutants in all, as Stryker's `mutate` has them (`file.ts:3:4-3:9`): those that a hash of
 * their text puts first. Whole blocks are left out: that nothing of a function is done, any test notices.
 */
export async function sample(file: string, most: number): Promise<string[]> {
  const content = readFileSync(file, 'utf8');
  const { mutants } = await new Instrumenter(silent).instrument([{ name: file, content, mutate: true }], {
    plugins: null,
    excludedMutations: [...excluded],
    ignorers: [],
    noHeader: true,
  } as Parameters<Instrumenter['instrument']>[1]);
  const lines = content.split('\n');
  const pieces = new Map<string, Piece>();
  for (const { location } of mutants) {
    const text = lines
      .slice(location.start.line, location.end.line + 1)
      .join('\n')
      .trim();
    const rank = createHash('sha256').update(`${location.start.column} ${location.end.column} ${text}`).digest('hex');
    const within = mutants.filter((other) => isWithin(other.location, location)).length;
    if (within <= 3) pieces.set(rangeOf(file, location), { range: rangeOf(file, location), rank, mutants: within });
  }
  const chosen: string[] = [];
  let count = 0;
  for (const { range, mutants } of [...pieces.values()].sort((one, other) => (one.rank < other.rank ? -1 : 1))) {
    if (count >= most) break;
    chosen.push(range);
    count += mutants;
  }
  return chosen;
}

function isWithin(inner: Location, outer: Location): boolean {
  const { start, end } = outer;
  const isAfter = (one: Location['start'], other: Location['start']) =>
    one.line > other.line || (one.line === other.line && one.column >= other.column);
  return isAfter(inner.start, start) && isAfter(end, inner.end);
}

function rangeOf(file: string, { start, end }: Location): string {
  return `${file}:${start.line + 1}:${start.column}-${end.line + 1}:${end.column}`;
}
