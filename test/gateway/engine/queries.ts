// Random queries that are valid by a schema: fields, arguments, aliases, fragments by name and inline, conditions. Knows
// no schema; what it makes shrinks.
import fc from 'fast-check';
import {
  type GraphQLArgument,
  type GraphQLNamedType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isEnumType,
  isInterfaceType,
  isLeafType,
  isNonNullType,
  isObjectType,
  parse,
  validate,
} from 'graphql';

/** A query with its variables. */
export interface Query {
  query: string;
  variables: Record<string, unknown>;
}

type Selection =
  | { field: string; alias: string | null; args: string; condition: string; within: Selection[] | null }
  | { on: string | null; named: boolean; condition: string; within: Selection[] };

const condition = fc.oneof(
  { weight: 12, arbitrary: fc.constant('') },
  fc.constantFrom(
    ' @include(if: $yes)',
    ' @skip(if: $no)',
    ' @include(if: $no)',
    ' @skip(if: $yes) @include(if: true)',
  ),
);
const alias = fc.oneof({ weight: 5, arbitrary: fc.constant(null) }, fc.constantFrom('x', 'y', 'z'));

/** Queries of a schema. @param ids what its arguments of type ID may be. */
export function queriesOf(schema: GraphQLSchema, ids: readonly string[]): fc.Arbitrary<Query> {
  const argument = ({ name, type }: GraphQLArgument): fc.Arbitrary<string> => {
    const named = getNamedType(type);
    const value = isEnumType(named)
      ? fc.constantFrom(...named.getValues().map((each) => each.name))
      : named.name === 'ID'
        ? fc.constantFrom(...ids.map((id) => `"${id}"`))
        : named.name === 'Int'
          ? fc.oneof(fc.integer({ min: 0, max: 4 }).map(String), fc.constant('$count'))
          : fc.constantFrom('"a"', '"b"', '$text');
    const given = value.map((text) => `${name}: ${text}`);
    return isNonNullType(type) ? given : fc.oneof(fc.constant(''), given);
  };

  const field = (name: string, type: GraphQLOutputType, args: readonly GraphQLArgument[], depth: number) =>
    fc.record({
      field: fc.constant(name),
      alias,
      args: fc.tuple(...args.map(argument)).map((each) => each.filter(Boolean).join(', ')),
      condition,
      within: isLeafType(getNamedType(type)) ? fc.constant(null) : selections(getNamedType(type), depth - 1),
    });

  const fragment = (type: GraphQLNamedType, depth: number) =>
    fc.record({
      on: fc.constant(type.name),
      named: fc.boolean(),
      condition,
      within: selections(type, depth),
    });

  const conditionsOf = (type: GraphQLNamedType): GraphQLNamedType[] => {
    const possible = isAbstractType(type) ? schema.getPossibleTypes(type) : [];
    const around = [
      ...possible.flatMap((each) => each.getInterfaces()),
      ...(isObjectType(type) ? type.getInterfaces() : []),
    ];
    return [...new Set<GraphQLNamedType>([...possible, ...around, type])];
  };

  function selections(type: GraphQLNamedType, depth: number): fc.Arbitrary<Selection[]> {
    const own = isObjectType(type) || isInterfaceType(type) ? Object.values(type.getFields()) : [];
    const fields = own
      .filter((each) => depth > 0 || isLeafType(getNamedType(each.type)))
      .map((each) => () => field(each.name, each.type, each.args, depth));
    const typename = () => field('__typename', schema.getType('String') as GraphQLOutputType, [], 0);
    const fragments = depth > 0 ? conditionsOf(type).map((each) => () => fragment(each, depth - 1)) : [];
    // Interfaces and unions are nothing without fragments.
    const weighted = isAbstractType(type) ? [...fragments, ...fragments] : fragments.slice(0, 1);
    const all: (() => fc.Arbitrary<Selection>)[] = [...fields, ...fields, typename, ...weighted];
    const one = fc.nat(all.length - 1).chain((index) => (all[index] as () => fc.Arbitrary<Selection>)());
    return fc.array(one, { minLength: 1, maxLength: 5 });
  }

  const query = schema.getQueryType() as GraphQLNamedType;
  return fc
    .record({
      selected: selections(query, 5),
      variables: fc.record({
        yes: fc.boolean(),
        no: fc.boolean(),
        count: fc.option(fc.nat(4)),
        text: fc.constantFrom('a', 'c'),
      }),
    })
    .map(({ selected, variables }) => ({ query: printed(selected), variables }))
    .filter(({ query }) => validate(schema, parse(query)).length === 0);
}

const types: Record<string, string> = { yes: 'Boolean = true', no: 'Boolean!', count: 'Int', text: 'String' };

function printed(selected: Selection[]): string {
  const fragments: string[] = [];
  const print = (all: Selection[]): string => `{ ${all.map(one).join(' ')} }`;
  const one = (each: Selection): string => {
    if ('field' in each) {
      const within = each.within ? ` ${print(each.within)}` : '';
      return `${each.alias ? `${each.alias}: ` : ''}${each.field}${each.args && `(${each.args})`}${each.condition}${within}`;
    }
    if (!each.named) return `... on ${each.on}${each.condition} ${print(each.within)}`;
    const name = `F${fragments.length}`;
    fragments.push('');
    fragments[Number(name.slice(1))] = `fragment ${name} on ${each.on} ${print(each.within)}`;
    return `...${name}${each.condition}`;
  };
  const body = print(selected);
  const text = [body, ...fragments].join(' ');
  const declared = Object.entries(types).filter(([name]) => text.includes(`$${name}`));
  const variables = declared.map(([name, type]) => `$${name}: ${type}`).join(', ');
  return `query${variables && ` (${variables})`} ${text}`;
}
