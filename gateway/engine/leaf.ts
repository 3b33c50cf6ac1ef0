// Whether a leaf of an answer is what its type says. Knows the specification's result coercion; a custom scalar is
// whatever its subgraph says it is.
import { type GraphQLLeafType, isEnumType } from 'graphql';

/** Gives a leaf as it leaves; undefined where it is none of its type. */
export type Leaf = (value: unknown) => unknown;

const largestInt = 2 ** 31 - 1;

const scalars: Readonly<Record<string, Leaf>> = {
  Int: (value) =>
    Number.isInteger(value) && (value as number) <= largestInt && (value as number) >= -largestInt - 1
      ? value
      : undefined,
  Float: (value) => (Number.isFinite(value) ? value : undefined),
  String: (value) => (typeof value === 'string' ? value : undefined),
  Boolean: (value) => (typeof value === 'boolean' ? value : undefined),
  ID: (value) => (typeof value === 'string' ? value : Number.isInteger(value) ? String(value) : undefined),
};

/** The check of a type. */
export function leafOf(type: GraphQLLeafType): Leaf {
  if (!isEnumType(type)) return scalars[type.name] ?? ((value) => value);
  const names = new Set(type.getValues().map(({ name }) => name));
  return (value) => (names.has(value as string) ? value : undefined);
}
