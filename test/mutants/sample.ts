// Chooses which mutants of a file are tried: by what they change, so that they stay the same ones wherever in the file that
// stands and whatever the file is called. Knows Stryker's instrumenter.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Location } from '@stryker-mutator/api/core';
import { Instrumenter } from '@stryker-mutator/instrumenter';

/**
 * What is not tried: whole blocks, whose loss any test notices; what the types notice (objects, lists); words and patterns, which
 * have tests of each sentence and shape; and steps of a count, most of which never end.
 */
export const excluded = [
  'BlockStatement',
  'ObjectLiteral',
  'ArrayDeclaration',
  'StringLiteral',
  'Regex',
  'UpdateOperator',
];

const silent = new Proxy({} as ConstructorParameters<typeof Instrumenter>[0], {
  get: (_, name) => (String(name).startsWith('is') ? () => false : () => {}),
});

/** Ranges of a file with about `most` mutants in all, as Stryker's `mutate` has them: `file.ts:3:4-3:9`. */
export async function sample(file: string, most: number): Promise<string[]> {
  const content = readFileSync(file, 'utf8');
  const { mutants } = await new Instrumenter(silent).instrument([{ name: file, content, mutate: true }], {
    plugins: null,
    excludedMutations: excluded,
    ignorers: [],
    noHeader: true,
  } as Parameters<Instrumenter['instrument']>[1]);
  const ranges = new Map<string, { rank: string; mutants: number }>();
  /** How often each text has been met: one that stands twice is two. */
  const met = new Map<string, number>();
  for (const { location } of mutants) {
    const range = rangeOf(file, location);
    const within = mutants.filter((other) => isWithin(other.location, location)).length;
    // A long expression holds those of its parts: they are tried by themselves.
    if (ranges.has(range) || within > mostInARange) continue;
    const text = textAt(content, location);
    met.set(text, (met.get(text) ?? 0) + 1);
    const rank = createHash('sha256')
      .update(`${text}\n${met.get(text)}`)
      .digest('hex');
    ranges.set(range, { rank, mutants: within });
  }
  const chosen: string[] = [];
  let count = 0;
  for (const [range, piece] of [...ranges].sort(([, one], [, other]) => (one.rank < other.rank ? -1 : 1))) {
    if (count >= most) break;
    chosen.push(range);
    count += piece.mutants;
  }
  return chosen;
}

/** Stryker tries all mutants within a range. */
const mostInARange = 3;

function textAt(content: string, { start, end }: Location): string {
  const lines = content.split('\n').slice(start.line, end.line + 1);
  const last = lines.length - 1;
  // From the end, so that what is cut off a single line's end does not move its beginning.
  lines[last] = (lines[last] ?? '').slice(0, end.column);
  lines[0] = (lines[0] ?? '').slice(start.column);
  return lines.join('\n');
}

function isWithin(inner: Location, outer: Location): boolean {
  const isAfter = (one: Location['start'], other: Location['start']) =>
    one.line > other.line || (one.line === other.line && one.column >= other.column);
  return isAfter(inner.start, outer.start) && isAfter(outer.end, inner.end);
}

function rangeOf(file: string, { start, end }: Location): string {
  return `${file}:${start.line + 1}:${start.column}-${end.line + 1}:${end.column}`;
}
