// How the lettings system's feed of changes is walked to its end, though it changes meanwhile.
import { describe, expect, it } from 'vitest';
import type { KeyPage, Source } from '../../../subgraphs/continuity/warmplan.ts';
import type { LettingsReads } from '../../../subgraphs/lettings/adapter.ts';
import { lettingsWalk } from '../../../subgraphs/lettings/walk.ts';

interface Change {
  kind: string;
  ref: string;
}

/** A feed of so many records; whatever is touched moves to its end. */
function feedOf(count: number) {
  const feed: Change[] = Array.from({ length: count }, (_, i) => ({ kind: 'application', ref: `APP/${i}` }));
  const asked: { since: string; offset: number }[] = [];
  return {
    feed,
    asked,
    touch(places: readonly number[]) {
      const moved = places.map((place) => feed[place] as Change);
      for (const change of moved) feed.push(...feed.splice(feed.indexOf(change), 1));
    },
    source: {
      sinceMs: null,
      keysOf: async () => null,
      async ask(_kind: string, [key]: [{ since: string; offset: number }]) {
        asked.push(key);
        const items = feed.slice(key.offset, key.offset + 100);
        return [{ items, totalCount: feed.length, hasMore: key.offset + items.length < feed.length }];
      },
    } as unknown as Source<LettingsReads>,
  };
}

/** Walks to the end; `between` is called between two pages. */
async function walked(source: Source<LettingsReads>, between: (page: number) => void = () => {}) {
  const [stage] = lettingsWalk.stages;
  const found = new Map<string, number>();
  let from: string | null = '';
  for (let page = 0; from !== null; page++) {
    const { keys, next }: KeyPage<LettingsReads> = await (stage as NonNullable<typeof stage>).page(from, source);
    for (const ref of Object.values(keys as Record<string, string[]>).flat()) found.set(ref, (found.get(ref) ?? 0) + 1);
    between(page);
    from = next;
  }
  return found;
}

describe('the walk through lettings', () => {
  it('begins where every date column begins, and names every record once', async () => {
    const { source, asked } = feedOf(750);
    const found = await walked(source);
    expect(found.size).toBe(750);
    expect([...found.values()].every((times) => times === 1)).toBe(true);
    expect(asked.every(({ since }) => since === '1900-01-01T01:00:00.000Z')).toBe(true);
  });

  it.each([1, 8, 35, 90])('misses none though %i records change between two pages', async (changes) => {
    const { source, feed, touch } = feedOf(1_000);
    const all = new Set(feed.map(({ ref }) => ref));
    // Those already gone through move away, and everything after them comes forward.
    const found = await walked(source, (page) => {
      if (page < 6) touch(Array.from({ length: changes }, (_, i) => i));
    });
    expect(new Set(found.keys())).toEqual(all);
  });

  it('asks for what has changed since a time, and re-reads the lists that it is in', async () => {
    const { source, asked } = feedOf(3);
    await walked({ ...source, sinceMs: Date.UTC(2026, 10, 23, 12) });
    expect(asked).toEqual([{ since: '2026-11-23T12:00:00.000Z', offset: 0 }]);
    const [stage] = lettingsWalk.stages;
    const leads = (kind: string, value: unknown) => stage?.leadsTo?.(kind, value, 'CHANGES');
    expect(leads('application', { person: { personReference: '1-1' } })).toEqual({ applicationsOfPerson: ['1-1'] });
    expect(leads('offer', { application: { applicationReference: 'APP/1' } })).toEqual({
      offersOfApplication: ['APP/1'],
    });
    expect(leads('mutualExchange', { legs: [{ person: { personReference: '1-1' } }, { person: null }] })).toEqual({
      exchangesOfPerson: ['1-1'],
    });
    expect(leads('application', null)).toEqual({});
    expect(stage?.leadsTo?.('application', { person: { personReference: '1-1' } }, 'WHOLE')).toEqual({});
  });

  it('leaves out what is of a kind that nobody here knows', async () => {
    const { source, feed } = feedOf(2);
    feed.push({ kind: 'nomination', ref: 'N/1' }, { kind: 'offer', ref: 'O/1' }, { kind: 'exchange', ref: 'MEX/1' });
    expect([...(await walked(source)).keys()]).toEqual(['APP/0', 'APP/1', 'O/1', 'MEX/1']);
  });
});
