// What clients see of a supergraph, as a schema. Knows how the planner tells it.
import {
  type ASTVisitor,
  buildASTSchema,
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
 * The schema that clients see.
 * @param scalars that are checked here, so that a bad value is refused before any subgraph is asked.
 */
export function schemaOf(consumerSdl: string, scalars: Readonly<Record<string, GraphQLScalarType>>): GraphQLSchema {
  const schema = buildASTSchema(visit(parse(consumerSdl), stripped), { assumeValidSDL: true });
  for (const [name, { parseValue, parseLiteral }] of Object.entries(scalars)) {
    const type = schema.getType(name);
    if (isScalarType(type)) Object.assign(type, { parseValue, parseLiteral });
  }
  return schema;
}
