// What a response says of each system that its answers came from, in `extensions.continuity`: the worst source, the oldest time.
import { expect, it } from 'vitest';
import { createAsker } from '../../../subgraphs/continuity/asker.ts';
import type { Provenance } from '../../../subgraphs/continuity/definition.ts';

type Source = Provenance['source'];

/** What a request has touched, after answers of one system in that order; null: one that could not be given. */
function touchedBy(...answers: (readonly [Source, asOf: string] | null)[]) {
  const asker = createAsker(new AbortController().signal);
  for (const answer of answers) {
    const [source, asOf] = answer ?? [];
    asker.onAnswer?.('repairs', source && asOf ? { system: 'repairs', source, asOf } : null);
  }
  return asker.touched.get('repairs');
}

const [old, older, oldest] = ['2026-09-03T10:00:00.000Z', '2026-09-02T10:00:00.000Z', '2026-08-01T10:00:00.000Z'];

it.each([
  [
    'the first',
    [
      ['LIVE', older],
      ['LIVE', old],
      ['LIVE', old],
    ],
    older,
  ],
  [
    'one in between',
    [
      ['LIVE', old],
      ['SNAPSHOT', oldest],
      ['LIVE', older],
    ],
    oldest,
  ],
  [
    'the last',
    [
      ['LIVE', old],
      ['LIVE', older],
      ['SNAPSHOT', oldest],
    ],
    oldest,
  ],
  ['the only one that could be given', [null, ['SNAPSHOT', older]], older],
  ['of those that could be given', [['SNAPSHOT', older], null, ['SNAPSHOT', old]], older],
] as const)('a page is as old as its oldest part, be it %s', (_which, answers, asOf) => {
  expect(touchedBy(...answers)?.asOf).toBe(asOf);
});

it.each([
  ['LIVE', 'INTAKE'],
  ['INTAKE', 'RESTORED_COPY'],
  ['RESTORED_COPY', 'SNAPSHOT'],
  ['LIVE', 'SNAPSHOT'],
] as const)('between %s and %s the worse is said, in whatever order they came', (better, worse) => {
  expect(touchedBy([better, old], [worse, old])?.source).toBe(worse);
  expect(touchedBy([worse, old], [better, old])?.source).toBe(worse);
});

it('a part that could not be given leaves no source, whatever else was given', () => {
  expect(touchedBy(['LIVE', old], null)).toEqual({ source: null, asOf: old });
  expect(touchedBy(null, ['LIVE', old])).toEqual({ source: null, asOf: old });
  expect(touchedBy(null)).toEqual({ source: null, asOf: null });
});

it('each system is told of by itself, in the order in which they first answered', () => {
  const asker = createAsker(new AbortController().signal, 'no-cache');
  for (const system of ['tenancies', 'repairs', 'tenancies']) {
    asker.onAnswer?.(system, { system, source: system === 'repairs' ? 'SNAPSHOT' : 'LIVE', asOf: old });
  }
  expect([...asker.touched]).toEqual([
    ['tenancies', { source: 'LIVE', asOf: old }],
    ['repairs', { source: 'SNAPSHOT', asOf: old }],
  ]);
});

it('a request takes what its Cache-Control says, which goes along, and has waited for nobody yet', () => {
  const { signal } = new AbortController();
  expect(createAsker(signal, 'no-cache')).toMatchObject({
    ...{ signal, cacheControl: 'no-cache', late: new Set() },
    consent: { wait: true, ask: true },
  });
  expect(createAsker(signal).consent?.wait).toBe(false);
});
