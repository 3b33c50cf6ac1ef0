// Which object types stand behind a name, as the whole supergraph has it: also where clients do not see the type.
// Knows the supergraph's text; knows nothing of subgraphs.
import { type DocumentNode, Kind } from 'graphql';

/** The types of a supergraph, as far as type conditions care. */
export interface Kinds {
  /** Whether an object of type `typename` is one of `condition`: the same name, or an interface or union that it is in. */
  satisfies(typename: string, condition: string): boolean;
  /** Whether a name is that of an interface or a union. */
  abstract(name: string): boolean;
}

/** Reads the types of a supergraph. */
export function kindsOf(supergraph: DocumentNode): Kinds {
  const members = new Map<string, Set<string>>();
  const join = (abstract: string, typename: string) => {
    const known = members.get(abstract);
    if (known) known.add(typename);
    else members.set(abstract, new Set([typename]));
  };
  for (const definition of supergraph.definitions) {
    if (definition.kind === Kind.OBJECT_TYPE_DEFINITION) {
      for (const each of definition.interfaces ?? []) join(each.name.value, definition.name.value);
    } else if (definition.kind === Kind.UNION_TYPE_DEFINITION) {
      for (const each of definition.types ?? []) join(definition.name.value, each.name.value);
    }
  }
  return {
    satisfies: (typename, condition) => typename === condition || (members.get(condition)?.has(typename) ?? false),
    abstract: (name) => members.has(name),
  };
}
