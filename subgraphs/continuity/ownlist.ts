// Pages of Lintel's own records, in the schema's words. Knows no system.
import { connectionOf, pageRequest } from './fields.ts';
import type { Own, OwnFilter, OwnRecord } from './own.ts';
import { ownProvenance } from './receipt.ts';

/** Which page of which records. */
export interface OwnPage<Content, Fields> {
  kind: string;
  filter: OwnFilter;
  args: { first?: number | null; after?: string | null };
  /** Of the system that they belong to, for their provenance. */
  system: string;
  fields(record: OwnRecord<Content>): Fields;
}

/** As many as are worth reading at once. */
const mostAPage = 200;

/** One page of them, as a connection. */
export async function ownPage<Content, Fields extends object>(
  own: Own,
  { kind, filter, args, system, fields }: OwnPage<Content, Fields>,
) {
  const page = pageRequest(args, mostAPage);
  const { items, total } = await own.list<Content>(kind, { ...filter, ...page });
  const value = { items: items.map(fields), hasMore: page.offset + items.length < total, totalCount: total };
  return connectionOf({ value, provenance: ownProvenance(system, own.now()) }, page);
}
