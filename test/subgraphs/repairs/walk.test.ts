// How the repairs system is walked through: by the homes that somebody knows, or by its own feed of changes.
import { describe, expect, it } from 'vitest';
import type { Source } from '../../../subgraphs/continuity/warmplan.ts';
import type { RepairsReads } from '../../../subgraphs/repairs/adapter.ts';
import { repairsWalk } from '../../../subgraphs/repairs/walk.ts';

const [stage] = repairsWalk.stages;

/** Work orders changed at these times (ms), each of a home of its own number; 500 a page. */
function system(changedAtMs: readonly number[], homes: readonly string[] | null = null) {
  const asked: string[] = [];
  const source = {
    sinceMs: null,
    async keysOf(_entity: string, after: string | null) {
      if (!homes) return null;
      const first = Number(after ?? 0);
      return { keys: homes.slice(first, first + 2), next: first + 2 < homes.length ? String(first + 2) : null };
    },
    async ask(kind: string, keys: unknown[]) {
      if (kind === 'workOrder') {
        return keys.map((reference) =>
          reference === '13' ? null : { property: { propertyReference: `p${reference}` } },
        );
      }
      const [{ since }] = keys as [{ since: string }];
      asked.push(since);
      const changes = changedAtMs
        .map((atMs, index) => ({ reference: String(index), lastUpdatedAt: new Date(atMs).toISOString() }))
        .filter(({ lastUpdatedAt }) => lastUpdatedAt >= since);
      return [changes.slice(0, 500)];
    },
  } as unknown as Source<RepairsReads>;
  return { source, asked };
}

async function walked(source: Source<RepairsReads>): Promise<Set<string>> {
  const found = new Set<string>();
  for (let from: string | null = ''; from !== null; ) {
    const page: Awaited<ReturnType<NonNullable<typeof stage>['page']>> = await (
      stage as NonNullable<typeof stage>
    ).page(from, source);
    for (const { propertyReference, includeClosed } of page.keys.repairsOfProperty ?? []) {
      expect(includeClosed).toBe(true);
      found.add(propertyReference);
    }
    from = page.next;
  }
  return found;
}

describe('the walk through repairs', () => {
  it('goes home by home, where somebody knows the homes, and asks for no changes', async () => {
    const { source, asked } = system([1, 2, 3], ['p7', 'p8', 'p9']);
    expect(await walked(source)).toEqual(new Set(['p7', 'p8', 'p9']));
    expect(asked).toEqual([]);
  });

  it('goes by its own feed to the end, where nobody does', async () => {
    const times = Array.from({ length: 1_234 }, (_, i) => 1_000 * i);
    const { source } = system(times);
    const found = await walked(source);
    // One has no such work order any more.
    expect(found).toEqual(new Set(times.flatMap((_, i) => (i === 13 ? [] : [`p${i}`]))));
  });

  it('goes by the feed from a time on, where only what has changed is wanted', async () => {
    const { source, asked } = system([1_000, 2_000, 3_000], ['p7']);
    expect(await walked({ ...source, sinceMs: 2_000 })).toEqual(new Set(['p1', 'p2']));
    expect(asked[0]).toBe('1970-01-01T00:00:02.000Z');
  });

  it('gets past more changes of one second than a page holds', async () => {
    const { source } = system([...Array.from({ length: 700 }, () => 5_000), 9_000]);
    const found = await walked(source);
    expect(found).toContain('p700');
    expect(found.size).toBeGreaterThan(490);
  });

  it('looks for the appointments of what is still to be done', () => {
    const orders = [
      { reference: '1', status: 'OPEN' },
      { reference: '2', status: 'COMPLETE' },
      { reference: '3', status: 'CANCELED' },
      { reference: '4', status: 'UNKNOWN' },
      { reference: '5', status: 'LOCKED' },
    ];
    expect(stage?.leadsTo?.('repairsOfProperty', orders, 'WHOLE')).toEqual({ appointment: ['1', '4'] });
    expect(stage?.leadsTo?.('workOrder', orders[0], 'WHOLE')).toEqual({});
  });
});
