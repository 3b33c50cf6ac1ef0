// Answers that are told out of other kept records: which records belong in a list, and as of when what is told is true.
import { describe, expect, it } from 'vitest';
import type { KeptReader } from '../../../subgraphs/continuity/definition.ts';
import { listOfKept, recordOfKept, toldBy } from '../../../subgraphs/continuity/derived.ts';
import type { Kept } from '../../../subgraphs/continuity/kept.ts';

interface Tenancy {
  reference: string;
  home: string;
}

type Stored = Kept & { key: string; terms: string[] };

const stored = (key: string, value: unknown, readAtMs: number, ...terms: string[]): Stored => ({
  ...{ key, value, readAtMs, terms },
});

/** Records of some kinds, as they are kept. `wholeMs`: when all of each was read through. */
function keptOf(kinds: Record<string, Stored[]>, wholeMs: number | null = null): KeptReader {
  return {
    find: async (kind, keys) =>
      new Map(
        (kinds[kind] ?? [])
          .filter(({ key }) => keys.includes(key))
          .map(({ key, value, readAtMs }) => [key, { value, readAtMs }]),
      ),
    findByTerm: async (kind, term) => (kinds[kind] ?? []).filter(({ terms }) => terms.includes(term)),
    wholeSince: async () => wholeMs,
  };
}

const at = (home: string, reference: string): Tenancy => ({ home, reference });

describe('a list out of the records that belong in it', () => {
  const list = listOfKept<Tenancy>({
    ...{ kind: 'tenancy', term: 'property' },
    belongs: ({ home }, owner) => home === owner,
  });
  const tenancies = [
    stored('T2', at('H1', 'T2'), 300, 'property\nH1'),
    stored('T0', at('H1', 'T0'), 250, 'property\nH1'),
    stored('T1', at('H1', 'T1'), 200, 'property\nH1'),
    stored('T3', at('H2', 'T3'), 100, 'property\nH2'),
  ];
  const told = async (keys: string[], kept: KeptReader) => Object.fromEntries(await list(keys, kept));

  it('is as old as its oldest part, and no newer than when all of the kind was read through', async () => {
    const value = [at('H1', 'T0'), at('H1', 'T1'), at('H1', 'T2')];
    expect(await told(['H1', ' H1'], keptOf({ tenancy: tenancies }, 900))).toEqual({
      H1: { value, readAtMs: 200 },
      ' H1': { value, readAtMs: 200 },
    });
    expect((await told(['H1'], keptOf({ tenancy: tenancies }, 150))).H1?.readAtMs).toBe(150);
  });

  it('is empty, as of that reading, where nothing belongs in it; each key has its own', async () => {
    expect(await told(['H3', 'H2'], keptOf({ tenancy: tenancies }, 900))).toEqual({
      H3: { value: [], readAtMs: 900 },
      H2: { value: [at('H2', 'T3')], readAtMs: 100 },
    });
  });

  it('tells nothing where not all of the kind has been read through, or the key is none', async () => {
    expect(await told(['H1'], keptOf({ tenancy: tenancies }))).toEqual({});
    expect(await told([' '], keptOf({ tenancy: tenancies }, 900))).toEqual({});
  });

  it('leaves out what is not there any more, and what is another’s, which an index may still name', async () => {
    const moved = [
      stored('T1', at('H9', 'T1'), 50, 'property\nH1'),
      stored('T4', null, 60, 'property\nH1'),
      stored('T5', at('H1', 'T5'), 500, 'property\nH1'),
    ];
    expect(await told(['H1'], keptOf({ tenancy: moved }, 900))).toEqual({
      H1: { value: [at('H1', 'T5')], readAtMs: 500 },
    });
  });

  it('is of whoever its key is about; a key that is about nobody has none', async () => {
    const byKey = listOfKept<Tenancy>({
      ...{ kind: 'tenancy', term: 'property', belongs: () => true },
      ownerOf: (key) => (key === 'nobody' ? null : key.replace('of ', '')),
    });
    const found = await byKey(['of H2', 'nobody'], keptOf({ tenancy: tenancies }, 900));
    expect([...found]).toEqual([['of H2', { value: [at('H2', 'T3')], readAtMs: 100 }]]);
  });
});

describe('a record out of lists that have it', () => {
  const record = recordOfKept<Tenancy>(['ofHome', 'ofPerson'], 'tenancy', ({ reference }) => reference);
  const lists = {
    ofHome: [stored('H1', [at('other', 'T0'), at('older', 'T1')], 100, 'tenancy\nT1')],
    ofPerson: [
      stored('P1', [at('newer', 'T1')], 200, 'tenancy\nT1'),
      stored('P2', [at('oldest', 'T1')], 50, 'tenancy\nT1'),
    ],
  };

  it('is the newest of them, of whatever kind the list is, with its time', async () => {
    expect([...(await record([' T1 '], keptOf(lists)))]).toEqual([
      [' T1 ', { value: at('newer', 'T1'), readAtMs: 200 }],
    ]);
    const swapped = { ofHome: lists.ofPerson, ofPerson: lists.ofHome };
    expect((await record(['T1'], keptOf(swapped))).get('T1')).toEqual({ value: at('newer', 'T1'), readAtMs: 200 });
  });

  it('is not told where none has it, though an index names a list that had', async () => {
    const without = { ofHome: [stored('H1', [at('other', 'T0')], 100, 'tenancy\nT1')] };
    expect([...(await record(['T1', ' '], keptOf(without)))]).toEqual([]);
  });
});

describe('what another record tells', () => {
  const name = toldBy<string, { names: string[] }, string>(
    'household',
    (key) => (key === 'nobody' ? null : (key.split('/')[0] ?? null)),
    ({ names }, key) => names.find((each) => key.endsWith(each)),
  );

  it('is as old as that record, for each key by itself; where that tells nothing, there is no answer', async () => {
    const kept = keptOf({
      household: [stored('H1', { names: ['Ann', 'Ben'] }, 100), stored('H2', { names: ['Cyd'] }, 200)],
    });
    expect([...(await name(['H1/Ann', 'H1/Ben', 'H2/Cyd', 'H2/Dan', 'H3/Eve', 'nobody'], kept))]).toEqual([
      ['H1/Ann', { value: 'Ann', readAtMs: 100 }],
      ['H1/Ben', { value: 'Ben', readAtMs: 100 }],
      ['H2/Cyd', { value: 'Cyd', readAtMs: 200 }],
    ]);
  });
});
