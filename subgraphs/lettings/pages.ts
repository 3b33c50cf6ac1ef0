// The lettings system's lists, which come in pages. Knows neither sessions nor records.
import { z } from 'zod';
import { WireError } from '../continuity/errors.ts';
import { checked } from '../continuity/wire.ts';

/** Records a page, at most. */
export const pageLimit = 100;

const count = z.union([z.number().int().nonnegative(), z.string().regex(/^\d+$/).transform(Number)]);
const page = z.object({
  metadata: z.object({ resultset: z.object({ count }) }),
  results: z.array(z.unknown()),
});

/** Asks for one path. Gives the reply's content. */
export type Get = (path: string, signal: AbortSignal) => Promise<unknown>;

/** Part of a long list. */
export interface PageKey {
  offset: number;
  limit: number;
}

/** A page of a long list. */
export interface Page<Item> {
  items: Item[];
  /** On all pages. */
  totalCount: number;
  hasMore: boolean;
}

/**
 * The records of a list from `offset` on, as many as are wanted, over as many of the wire's pages as that takes.
 * @param path with a query, to which the wire's own `offset` and `limit` are added.
 */
export async function list<Item>(
  get: Get,
  path: string,
  row: z.ZodType<Item>,
  { offset, limit }: PageKey,
  signal: AbortSignal,
): Promise<Page<Item>> {
  const items: Item[] = [];
  for (;;) {
    const start = offset + items.length;
    const query = `offset=${start}&limit=${Math.min(limit - items.length, pageLimit)}`;
    const { metadata, results } = checked(page, await get(`${path}&${query}`, signal));
    const totalCount = metadata.resultset.count;
    // Some of it is missing, and there is no telling what: a list cut short would be taken for the whole.
    if (results.length === 0 && start < totalCount) throw new WireError('GARBLED', 'a page without its results');
    for (const result of results) items.push(checked(row, result));
    const end = offset + items.length;
    if (items.length >= limit || end >= totalCount) {
      return { items: items.slice(0, limit), totalCount, hasMore: end < totalCount };
    }
  }
}
