// A supergraph told otherwise: fields that require others' stand in further subgraphs, each of which is a part of one
// that there is, by another name. Knows the supergraph's text; knows nothing of plans.
import {
  type ASTNode,
  type DirectiveNode,
  type DocumentNode,
  type EnumValueDefinitionNode,
  type FieldDefinitionNode,
  type InterfaceTypeDefinitionNode,
  Kind,
  type ObjectTypeDefinitionNode,
  print,
  type TypeNode,
  visit,
} from 'graphql';
import { outermost, saidBy } from './requirements.ts';

/** A supergraph whose subgraphs are split. */
export interface Split {
  sdl: string;
  /** By the name of each part, that of the subgraph that it is a part of. */
  names: ReadonlyMap<string, string>;
}

type Type = ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode;

/**
 * Splits a supergraph; null where no field requires others'.
 *
 * A part has fields that require others', besides them no more of an entity than its keys, and all that is no entity. It
 * has nothing that its subgraph does not have: whatever is planned of it can be asked.
 */
export function splitOf(supergraph: DocumentNode): Split | null {
  const types = supergraph.definitions.filter(isType);
  const unions = supergraph.definitions.filter((each) => each.kind === Kind.UNION_TYPE_DEFINITION);
  const composite = new Set([...types, ...unions].map(({ name }) => name.value));
  /** By subgraph. */
  const parts = new Map<unknown, Set<string>>();
  const names = new Map<string, string>();

  /** Leaves share a part. What may have entities within has one of its own: what these require is in another. */
  const partOf = (type: Type, field: FieldDefinitionNode, graph: unknown) =>
    composite.has(namedOf(field.type)) ? `${graph}_${type.name.value}_${field.name.value}` : `${graph}_leaves`;

  /** What is said of a subgraph, of it and of its parts. */
  const ofParts = (directive: DirectiveNode) => [
    directive,
    ...[...(parts.get(saidBy(directive).graph) ?? [])].map((part) => saying(directive, 'graph', part)),
  ];

  function typeOf(type: Type) {
    const joins = (type.directives ?? []).filter(({ name }) => name.value === 'join__type');
    /** By subgraph where this is an entity: the fields of its keys. A root is held to be one that has no key. */
    const keys = new Map<unknown, Set<string>>();
    for (const { graph, key } of joins.map(saidBy)) {
      if (typeof key !== 'string' && !roots.has(type.name.value)) continue;
      keys.set(graph, new Set([...(keys.get(graph) ?? []), ...(typeof key === 'string' ? outermost(key) : [])]));
    }
    const ofGraphs = [...new Map(joins.map((each) => [saidBy(each).graph, fieldOf(each)])).values()];
    const fields = type.fields?.map((field) => {
      const { directives = [], name } = field;
      const inPart = (graph: unknown) => keys.get(graph)?.has(name.value) ?? true;
      // A field that does not say in which subgraphs it is, is in all those of its type: it has to say so now.
      const silent = !directives.some((each) => each.name.value === 'join__field');
      const said =
        silent && [...parts.keys()].some((graph) => !inPart(graph)) ? [...directives, ...ofGraphs] : directives;
      return {
        ...field,
        directives: said.flatMap((each) => {
          const { graph, requires, external } = saidBy(each);
          if (requires !== undefined) return [saying(each, 'graph', partOf(type, field, graph))];
          return external === true || inPart(graph) ? ofParts(each) : [each];
        }),
      };
    });
    return { ...type, fields, directives: type.directives?.flatMap(ofParts) };
  }

  /** A subgraph, and its parts. */
  function graphsOf(graph: EnumValueDefinitionNode) {
    const [join] = graph.directives as [DirectiveNode];
    const further = [...(parts.get(graph.name.value) ?? [])].map((part) => {
      // Names of their own, or the planner takes the process down; last by the alphabet, since it prefers what is first.
      const name = `~${part}`;
      names.set(name, String(saidBy(join).name));
      return { ...graph, name: { ...graph.name, value: part }, directives: [saying(join, 'name', name)] };
    });
    return [graph, ...further];
  }

  for (const type of types) {
    for (const field of type.fields ?? []) {
      for (const { graph, requires } of (field.directives ?? []).map(saidBy)) {
        if (requires !== undefined) parts.set(graph, (parts.get(graph) ?? new Set()).add(partOf(type, field, graph)));
      }
    }
  }
  if (!parts.size) return null;
  const split = visit(supergraph, {
    leave: (node) => {
      if (isType(node)) return typeOf(node);
      if (node.kind === Kind.FIELD_DEFINITION) return undefined;
      if (node.kind === Kind.ENUM_TYPE_DEFINITION && node.name.value === 'join__Graph')
        return { ...node, values: node.values?.flatMap(graphsOf) };
      return 'directives' in node ? { ...node, directives: node.directives?.flatMap(ofParts) } : undefined;
    },
  });
  return { sdl: print(split), names };
}

const roots: ReadonlySet<string> = new Set(['Query', 'Mutation', 'Subscription']);

function isType(node: ASTNode): node is Type {
  return node.kind === Kind.OBJECT_TYPE_DEFINITION || node.kind === Kind.INTERFACE_TYPE_DEFINITION;
}

function namedOf(type: TypeNode): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : namedOf(type.type);
}

/** A directive with another value. */
function saying(directive: DirectiveNode, name: string, value: string): DirectiveNode {
  const given = directive.arguments?.map((each) =>
    each.name.value === name ? { ...each, value: { ...each.value, value } } : each,
  );
  return { ...directive, arguments: given as NonNullable<typeof directive.arguments> };
}

/** Of a type in a subgraph: the same of a field. */
function fieldOf(join: DirectiveNode): DirectiveNode {
  const given = join.arguments?.filter(({ name }) => name.value === 'graph') ?? [];
  return { ...join, name: { kind: Kind.NAME, value: 'join__field' }, arguments: given };
}
