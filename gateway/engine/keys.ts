// Names by which the planner asks for what one subgraph needs of another, kept apart from what clients call their fields:
// where both are the same, the planner mistakes one for the other.
import { type DocumentNode, type FieldNode, Kind, visit } from 'graphql';

/** Keeps a client's names apart. */
export interface Keys {
  /** A document as the planner may see it. */
  apart(document: DocumentNode): DocumentNode;
  /** What a field of the client's document is called in the data. */
  of(field: FieldNode): string;
}

/** The names of a supergraph's field sets: keys, and what fields require or provide. */
export function keysOf(supergraph: DocumentNode): Keys {
  const names = new Set<string>();
  const withArguments = new Set<string>();
  visit(supergraph, {
    [Kind.DIRECTIVE]: ({ arguments: given }) => {
      for (const { name, value } of given ?? []) {
        if (!['key', 'requires', 'provides'].includes(name.value) || value.kind !== Kind.STRING) continue;
        for (const [found] of value.value.matchAll(/\w+/g)) names.add(found);
        for (const [, found = ''] of value.value.matchAll(/(\w+)\s*\(/g)) withArguments.add(found);
      }
    },
  });
  const of = (field: FieldNode): string => {
    const { alias, name, arguments: given } = field;
    const key = alias?.value ?? name.value;
    // A field that is what it is called, and that nobody asks for with arguments, is the very one that is needed.
    const other = key !== name.value || !!given?.length || withArguments.has(key);
    return other && names.has(key) ? `_client_${key}` : key;
  };
  return {
    of,
    apart: (document) =>
      visit(document, {
        [Kind.FIELD]: (field) => {
          // What type an object is has to be told by that name, whatever the client calls it.
          if (field.name.value === '__typename') return { ...field, alias: undefined };
          const key = of(field);
          if (key === (field.alias?.value ?? field.name.value)) return undefined;
          return { ...field, alias: { kind: Kind.NAME, value: key } };
        },
      }),
  };
}
