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
 * @param path one with a query, to which the wire's own `offset` and `limit` are added.
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
    const wanted = limit - items.length;
    // With all that is wanted at hand, the list is only gone through to its end to count it.
    const asked = wanted > 0 ? Math.min(wanted, pageLimit) : pageLimit;
    const reply = await get(`${path}&offset=${start}&limit=${asked}`, signal);
    const { metadata, results } = checked(page, reply);
    const counted = metadata.resultset.count;
    // Some of it is missing, and there is no telling what: a list cut short would be taken for the whole.
    if (results.length === 0 && start < counted) throw new WireError('GARBLED', 'a page without its results');
    for (const result of results) items.push(checked(row, result));
    const end = start + results.length;
    if (goesOn(start, results.length, asked, counted) && (items.length < limit || counted <= end)) continue;
    const totalCount = items.length > 0 ? Math.max(counted, end) : counted;
    const found = items.slice(0, limit);
    return { items: found, totalCount, hasMore: found.length > 0 && offset + found.length < totalCount };
  }
}

/**
 * Whether there may be more of a list after a page of it. Most servers count the list, some the page, and a full first
 * page of as many as are counted may be either: the next one tells.
 */
function goesOn(start: number, length: number, asked: number, counted: number): boolean {
  const end = start + length;
  if (counted > end) return true;
  return length === asked && (start === 0 || counted < end);
}
