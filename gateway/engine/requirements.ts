// Which fields of a subgraph need which of others' fields, by the supergraph's own words. Looked at where something was
// lost: what does not need it is asked for all the same.
import { type DirectiveNode, type DocumentNode, Kind, valueFromASTUntyped } from 'graphql';
import type { Kinds } from './kinds.ts';

/** What fields require. */
export interface Requirements {
  /** The names that a field of a subgraph requires of the type that it is in; null where it requires nothing. */
  of(subgraph: string, typename: string, field: string): ReadonlySet<string> | null;
}

/** Reads the requirements of a supergraph. */
export function requirementsOf(supergraph: DocumentNode, kinds: Kinds): Requirements {
  const subgraphs = new Map<unknown, unknown>();
  const found: { typename: string; field: string; graph: unknown; names: ReadonlySet<string> }[] = [];
  for (const definition of supergraph.definitions) {
    if (definition.kind === Kind.ENUM_TYPE_DEFINITION && definition.name.value === 'join__Graph') {
      for (const { name, directives = [] } of definition.values ?? []) {
        subgraphs.set(name.value, directives[0] && saidBy(directives[0]).name);
      }
    }
    if (definition.kind !== Kind.OBJECT_TYPE_DEFINITION && definition.kind !== Kind.INTERFACE_TYPE_DEFINITION) continue;
    for (const { name, directives = [] } of definition.fields ?? []) {
      for (const directive of directives) {
        if (directive.name.value !== 'join__field') continue;
        const given = saidBy(directive);
        if (typeof given.requires !== 'string') continue;
        const names = outermost(given.requires);
        found.push({ typename: definition.name.value, field: name.value, graph: given.graph, names });
      }
    }
  }
  return {
    of: (subgraph, typename, field) =>
      found.find(
        (each) =>
          each.field === field && subgraphs.get(each.graph) === subgraph && kinds.satisfies(typename, each.typename),
      )?.names ?? null,
  };
}

/** What a directive says, by argument. */
export function saidBy({ arguments: given = [] }: DirectiveNode): Readonly<Record<string, unknown>> {
  return Object.fromEntries(given.map((each) => [each.name.value, valueFromASTUntyped(each.value)]));
}

/** The outermost names of a field set. */
export function outermost(fieldSet: string): ReadonlySet<string> {
  let depth = 0;
  const names = new Set<string>();
  for (const [word] of fieldSet.matchAll(/[{}()]|\w+/g)) {
    if (word === '{' || word === '(') depth += 1;
    else if (word === '}' || word === ')') depth -= 1;
    else if (!depth) names.add(word);
  }
  return names;
}
