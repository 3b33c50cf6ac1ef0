// How answers become GraphQL objects: fields that an owner is asked for only when somebody wants them, lists with
// their provenance, pages of long lists.

import { GraphQLError } from 'graphql';
import type { Answer, Provenance } from './definition.ts';
import { badInput } from './errors.ts';

/**
 * What a resolver knows of an object: what the schema calls non-null always, everything else perhaps. What is missing
 * is asked for by its own resolver.
 */
export type Known<T> = T extends readonly (infer Item)[]
  ? Known<Item>[]
  : T extends object
    ? { [Field in keyof T as null extends T[Field] ? never : Field]: Known<T[Field]> } & {
        [Field in keyof T as null extends T[Field] ? Field : never]?: Known<T[Field]> | undefined;
      }
    : T;

/** An object with the provenance of the read that filled it. */
export type Sourced<T> = T & { provenance: Provenance };

/**
 * Resolvers for the fields that an entity's owner has to be asked for. A parent that came with the field (out of a
 * list, say) gives it; a key stub asks `load` once, however many fields are wanted. The owner's silence is an error on
 * each of these fields; no such record is null on each.
 * @param absent what fields other than null mean when there is no such record.
 */
export function ownedFields<Parent extends object, Context, Field extends string>(
  fields: readonly Field[],
  load: (parent: Parent, context: Context) => Promise<Answer<object | null>>,
  absent: Partial<Record<Field, unknown>> = {},
): Record<Field, (parent: Parent, args: object, context: Context) => never> {
  const resolve = (field: Field) => (parent: Parent, _args: object, context: Context) => {
    if (field in parent) return parent[field as unknown as keyof Parent];
    return load(parent, context).then((answer) => {
      if (answer.value === null) return absent[field] ?? null;
      return field === 'provenance' ? answer.provenance : (answer.value as Record<string, unknown>)[field];
    });
  };
  // Typed `never` so that it fits wherever the schema's own type is asked for: the fields are the owner's own.
  return Object.fromEntries(fields.map((field) => [field, resolve(field)])) as never;
}

/**
 * What a root field gives: the record; null when it was asked for and is not there; and when it could not be asked
 * for, the key alone, so that other systems' fields of it can still be answered (its own fields then say why not).
 * @throws BAD_USER_INPUT where the key cannot be one.
 */
export async function rootEntity<T extends object, Stub extends object>(
  answer: Promise<Answer<T | null>>,
  stub: Stub,
): Promise<Sourced<T> | Stub | null> {
  try {
    const { value, provenance } = await answer;
    return value && { ...value, provenance };
  } catch (error) {
    // No system's silence: there can be nothing under such a key.
    if (error instanceof GraphQLError && error.extensions.code === 'BAD_USER_INPUT') throw error;
    // Not lost: the owner's fields ask again, get this same error, and put it in its place in the answer.
    return stub;
  }
}

/** A list and its items, each with the provenance of the one read that filled them. */
export function listOf<T extends object>({
  value,
  provenance,
}: Answer<T[]>): {
  items: Sourced<T>[];
  provenance: Provenance;
} {
  return { items: value.map((item) => ({ ...item, provenance })), provenance };
}

/** The record of an answer with its provenance, or null. */
export function sourced<T extends object>({ value, provenance }: Answer<T | null>): Sourced<T> | null {
  return value && { ...value, provenance };
}

/** Which part of a list is asked for. */
export interface PageRequest {
  first: number;
  offset: number;
}

/**
 * Relay's `first` and `after` as a number and an offset. A cursor is the offset of its edge.
 * @throws BAD_USER_INPUT for a page size outside 1 to `most`, or a cursor that no page gave.
 */
export function pageRequest(args: { first?: number | null; after?: string | null }, most: number): PageRequest {
  const first = args.first ?? Math.min(20, most);
  if (first < 1 || first > most) throw badInput(`\`first\` is ${first}; it must be between 1 and ${most}.`);
  if (args.after == null) return { first, offset: 0 };
  const after = Buffer.from(args.after, 'base64url').toString();
  if (!/^offset:\d{1,9}$/.test(after)) {
    throw badInput('`after` is not a cursor of this list; give the `endCursor` of the page before.');
  }
  return { first, offset: Number(after.slice('offset:'.length)) + 1 };
}

/** A page that the system itself cut out of a longer list. `totalCount` where it says how many there are. */
export function connectionOf<T extends object>(
  answer: Answer<{ items: T[]; hasMore: boolean; totalCount?: number }>,
  { offset }: PageRequest,
) {
  const { items, hasMore, totalCount } = answer.value;
  const edges = items.map((item, index) => ({
    cursor: Buffer.from(`offset:${offset + index}`).toString('base64url'),
    // Where an item has been read again by itself, its own stands.
    node: { provenance: answer.provenance, ...item },
  }));
  return {
    edges,
    pageInfo: {
      hasNextPage: hasMore,
      hasPreviousPage: offset > 0,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
    totalCount: totalCount ?? offset + items.length,
    provenance: answer.provenance,
  };
}

/** A page of a list that is there in full. */
export function pageOf<T extends object>(answer: Answer<T[]>, page: PageRequest) {
  const all = answer.value;
  const items = all.slice(page.offset, page.offset + page.first);
  const value = { items, hasMore: page.offset + items.length < all.length, totalCount: all.length };
  return connectionOf({ value, provenance: answer.provenance }, page);
}
