// What clients see of a supergraph, as a schema. Knows how the planner tells it.
import {
  type ASTVisitor,
  buildASTSchema,
  type DocumentNode,
  type GraphQLScalarType,
  type GraphQLSchema,
  introspectionTypes,
  isScalarType,
  Kind,
  parse,
  specifiedDirectives,
  specifiedScalarTypes,
  visit,
} from 'graphql';

/** What everyone has: whoever builds a schema adds it. */
const builtIn: ReadonlySet<string> = new Set(
  [...introspectionTypes, ...specifiedScalarTypes, ...specifiedDirectives].map(({ name }) => name),
);

const dropped = (node: { name: { value: string } }) => (builtIn.has(node.name.value) ? null : undefined);

/** The planner writes out what introspection adds, which a schema may not have of its own. */
const stripped: ASTVisitor = {
  [Kind.OBJECT_TYPE_DEFINITION]: dropped,
  [Kind.ENUM_TYPE_DEFINITION]: dropped,
  [Kind.SCALAR_TYPE_DEFINITION]: dropped,
  [Kind.DIRECTIVE_DEFINITION]: dropped,
  [Kind.FIELD_DEFINITION]: ({ name }) => (name.value.startsWith('__') ? null : undefined),
};

/**
 * The planner leaves out a type that is `@inaccessible`, but not its name where another type implements it or a union has it.
 */
function named(document: DocumentNode): ASTVisitor {
  const names = new Set(document.definitions.flatMap((each) => ('name' in each && each.name ? [each.name.value] : [])));
  const there = <Node extends { name: { value: string } }>(nodes: readonly Node[] | undefined) =>
    nodes?.filter(({ name }) => names.has(name.value));
  return {
    [Kind.OBJECT_TYPE_DEFINITION]: (node) => ({ ...node, interfaces: there(node.interfaces) }),
    [Kind.INTERFACE_TYPE_DEFINITION]: (node) => ({ ...node, interfaces: there(node.interfaces) }),
    [Kind.UNION_TYPE_DEFINITION]: (node) => ({ ...node, types: there(node.types) }),
  };
}

/**
 * The schema that clients see.
 * @param scalars that are checked here, so that a bad value is refused before any subgraph is asked.
 */
export function schemaOf(consumerSdl: string, scalars: Readonly<Record<string, GraphQLScalarType>>): GraphQLSchema {
  const own = visit(parse(consumerSdl), stripped);
  const schema = buildASTSchema(visit(own, named(own)), { assumeValidSDL: true });
  for (const [name, { parseValue, parseLiteral }] of Object.entries(scalars)) {
    const type = schema.getType(name);
    if (isScalarType(type)) Object.assign(type, { parseValue, parseLiteral });
  }
  return schema;
}
