// A made-up shop twice: as four subgraphs, joined by the engine, and as one schema that graphql-js executes. Both read
// the same values, and what is broken is broken in both.
import { buildSubgraphSchema } from '@apollo/subgraph';
import { execute, type GraphQLFieldResolver, type GraphQLSchema, isObjectType, parse } from 'graphql';
import { type Answer, createEngine, type Engine } from '../../../gateway/engine/index.ts';
import type { SubgraphResult, Transport } from '../../../gateway/engine/transport.ts';
import { compose } from '../../../gateway/supergraph.ts';

const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.5",
  import: ["@key", "@shareable", "@external", "@requires", "@provides", "@interfaceObject", "@inaccessible"])\n`;

/** Each subgraph's schema. */
export const subgraphs = {
  catalogue: `
    type Query {
      products(first: Int): [Product!]!
      product(id: ID!): Product
      node(id: ID!): Node
      search(text: String = "a"): [Hit]
      media: [Media!]!
      matrix: [[Product]]
      broken: Int!
    }
    interface Node { id: ID! }
    interface Media @key(fields: "id") { id: ID! title: String maker: Author }
    type Book implements Media & Node @key(fields: "id") { id: ID! title: String maker: Author pages: Int! }
    type Film implements Media & Node @key(fields: "id") { id: ID! title: String maker: Author minutes: Int sequel: Film }
    type Product implements Node @key(fields: "id") @key(fields: "sku") {
      id: ID! sku: String! name: String! kind: Kind price(currency: Currency = GBP): Float weight: Int
      size: Size grid: [[Cell]] about: Media like: [Product!]
    }
    type Size { w: Int h: Int }
    type Cell { x: Int! y: Int product: Product }
    enum Kind { TOOL TOY FOOD }
    enum Currency { GBP EUR }
    type Author @key(fields: "id", resolvable: false) { id: ID! }
    union Hit = Product | Book | Film | Author
  `,
  people: `
    type Query { authors: [Author!] me: Author }
    interface Node { id: ID! }
    type Author implements Node @key(fields: "id") {
      id: ID! name: String age: Int! friends: [Author!] best: Author address: Address
    }
    type Address { street: String town: String! }
  `,
  stock: `
    type Query { warehouses: [Warehouse!] }
    type Product @key(fields: "id") {
      id: ID! price(currency: Currency = GBP): Float @external weight: Int @external size: Size @external
      shipping: Float @requires(fields: "price(currency: EUR) weight")
      fits: Boolean @requires(fields: "size { w h }")
      count: Int warehouse: Warehouse
    }
    type Size @external { w: Int h: Int }
    enum Currency { GBP EUR }
    type Warehouse { code: ID! products: [Product] keeper: Author }
    type Author @key(fields: "id", resolvable: false) { id: ID! }
  `,
  reviews: `
    type Query { latest: [Review!]! }
    type Media @key(fields: "id") @interfaceObject { id: ID! rating: Float reviews: [Review!] }
    type Product @key(fields: "id") { id: ID! reviews: [Review] }
    type Review { stars: Int! text: String by: Author @provides(fields: "name") of: Subject }
    type Author @key(fields: "id") { id: ID! name: String @external reviews: [Review!] }
    union Subject = Product | Author
  `,
} as const;

/** The name of a subgraph. */
export type Name = keyof typeof subgraphs;

const names = Object.keys(subgraphs) as Name[];

/** What is broken, by chance or on purpose. */
export interface Faults {
  seed: number;
  /** Of a hundred fields, how many throw, are null, or are of another type. */
  rate: number;
  /** A subgraph that cannot be reached. Those that the others' entities begin in are always there. */
  down: 'stock' | 'reviews' | null;
}

/** Something of the shop: its type, and what it is told apart by. */
interface Thing {
  __typename: string;
  id: string;
  [field: string]: unknown;
}

const thing = (__typename: string, id: string): Thing => ({ __typename, id });
const things = (type: string, letter: string, count: number) =>
  Array.from({ length: count }, (_, index) => thing(type, `${letter}${index}`));
const products = things('Product', 'p', 6);
const authors = things('Author', 'a', 4);
const media = [...things('Book', 'b', 3), ...things('Film', 'f', 3)];
/** Somebody of whom others tell, and whom their own system does not know. */
const ghost = thing('Author', 'ghost');

/** A number that is always the same for the same words. */
function chance(...words: unknown[]): number {
  let hash = 2_166_136_261;
  for (const letter of words.join('|')) hash = Math.imul(hash ^ letter.charCodeAt(0), 16_777_619);
  return (hash >>> 0) / 2 ** 32;
}

const pick = <T>(list: readonly T[], ...words: unknown[]): T => list[Math.floor(chance(...words) * list.length)] as T;
const number = (most: number, ...words: unknown[]) => Math.floor(chance(...words) * most);
const rarely = <T>(value: T, ...words: unknown[]): T | null => (chance('null', ...words) < 0.15 ? null : value);
const some = <T>(list: readonly T[], ...words: unknown[]) => list.filter((_, i) => chance('some', i, ...words) < 0.4);
const grid = (id: string) => [
  [thing('Cell', `${id}.0`), thing('Cell', `${id}.1`)],
  rarely([rarely(thing('Cell', `${id}.2`), id, 2)], id),
];

type Read = (of: Thing, args: Record<string, unknown>, field: (name: string, args?: object) => unknown) => unknown;

const reviewsOf: Read = ({ id }) => things('Review', `${id}.r`, number(3, id, 'reviews'));
const knows: Read = ({ id }) => id !== ghost.id;

/** What every field is, wherever it is asked for. */
const fields: Record<string, Read> = {
  'Query.products': (_, { first }) => products.slice(0, (first as number | undefined) ?? 4),
  'Query.product': (_, { id }) => products.find((each) => each.id === id) ?? null,
  'Query.node': (_, { id }) => [...products, ...media].find((each) => each.id === id) ?? null,
  'Query.search': (_, { text }) => some<Thing | null>([...products, ...media, ...authors, null], text),
  'Query.media': () => media,
  'Query.matrix': () => [[products[0], null, products[3]], null, [], [products[0]]],
  'Query.broken': () => null,
  'Query.authors': () => authors,
  'Query.me': () => authors[0],
  'Query.warehouses': () => things('Warehouse', 'w', 2),
  'Query.latest': () => things('Review', 'late.r', 3),
  'Media.title': ({ id }) => rarely(`Title of ${id}`, id, 'title'),
  'Media.maker': ({ id }) => rarely(pick([...authors, ghost], id, 'maker'), id, 'maker'),
  'Media.rating': ({ id }) => rarely(number(50, id, 'rating') / 10, id, 'rating'),
  'Media.reviews': reviewsOf,
  'Book.pages': ({ id }) => number(900, id, 'pages'),
  'Film.minutes': ({ id }) => rarely(number(200, id), id),
  'Film.sequel': ({ id }) => rarely(media[3 + number(3, id, 'sequel')], id, 'sequel'),
  'Product.sku': ({ id }) => `sku-${id}`,
  'Product.name': ({ id }) => `Name "of" ${id} \u2028`,
  'Product.kind': ({ id }) => rarely(pick(['TOOL', 'TOY', 'FOOD'], id), id, 'kind'),
  'Product.price': ({ id }, { currency }) =>
    rarely(number(9_000, id) / 100, id, 'price') && (number(9_000, id) / 100) * (currency === 'EUR' ? 2 : 1),
  'Product.weight': ({ id }) => rarely(number(100, id), id, 'weight'),
  'Product.size': ({ id }) => rarely(thing('Size', `${id}.size`), id, 'size'),
  'Product.grid': ({ id }) => grid(id),
  'Product.about': ({ id }) => rarely(pick(media, id, 'about'), id, 'about'),
  'Product.like': ({ id }) => some(products, id, 'like'),
  'Product.shipping': (_of, _args, field) => {
    const [price, weight] = [field('price', { currency: 'EUR' }), field('weight')] as (number | null)[];
    return price == null || weight == null ? null : price + weight;
  },
  'Product.fits': (_of, _args, field) => {
    const size = field('size') as Record<'w' | 'h', number | null> | null;
    return size?.w == null || size.h == null ? null : size.w < size.h;
  },
  'Product.count': ({ id }) => number(10, id, 'count'),
  'Product.warehouse': ({ id }) => rarely(thing('Warehouse', `w${number(2, id)}`), id, 'warehouse'),
  'Product.reviews': reviewsOf,
  'Size.w': ({ id }) => rarely(number(20, id, 'w'), id, 'w'),
  'Size.h': ({ id }) => rarely(number(20, id, 'h'), id, 'h'),
  'Cell.x': ({ id }) => number(5, id, 'x'),
  'Cell.y': ({ id }) => rarely(number(5, id, 'y'), id, 'y'),
  'Cell.product': ({ id }) => rarely(pick(products, id, 'cell'), id, 'cell'),
  'Author.name': (of, ...rest) => (knows(of, ...rest) ? rarely(`Name of ${of.id}`, of.id, 'name') : null),
  'Author.age': (of, ...rest) => (knows(of, ...rest) ? number(90, of.id, 'age') : null),
  'Author.friends': (of, ...rest) => (knows(of, ...rest) ? rarely(some(authors, of.id), of.id, 'friends') : null),
  'Author.best': (of, ...rest) => (knows(of, ...rest) ? rarely(pick(authors, of.id), of.id, 'best') : null),
  'Author.address': (of, ...rest) => (knows(of, ...rest) ? rarely(thing('Address', `${of.id}.at`), of.id) : null),
  'Author.reviews': (of, ...rest) => (knows(of, ...rest) ? reviewsOf(of, ...rest) : null),
  'Address.street': ({ id }) => rarely(`${id} Street`, id, 'street'),
  'Address.town': ({ id }) => `Town of ${id}`,
  'Warehouse.code': ({ id }) => id,
  'Warehouse.products': ({ id }) => some(products, id, 'stored'),
  'Warehouse.keeper': ({ id }) => pick([...authors, ghost], id, 'keeper'),
  'Review.stars': ({ id }) => number(5, id, 'stars'),
  'Review.text': ({ id }) => rarely(`Text of ${id}`, id, 'text'),
  'Review.by': ({ id }) => rarely(pick(authors, id, 'by'), id, 'by'),
  'Review.of': ({ id }) => rarely(pick([...products, ...authors], id, 'of'), id, 'of'),
};

/** Never broken: without it nothing could be joined, which a shop in one piece does not have to do. */
const keys = new Set(['Product.sku', 'Product.id', 'Author.id']);

function readOf(type: string, name: string): Read {
  const of = ['Book', 'Film'].includes(type) ? 'Media' : type;
  return fields[`${type}.${name}`] ?? fields[`${of}.${name}`] ?? ((thing) => thing[name]);
}

/** Reads a field, or what has become of it. */
function read(
  type: string,
  name: string,
  of: Thing,
  args: object,
  faults: Faults,
  field: Parameters<Read>[2],
): unknown {
  const { seed, rate } = faults;
  // Of whom a subgraph does not know it asks nothing that could be broken.
  if (of.id !== ghost.id && !keys.has(`${type}.${name}`) && name !== 'id' && name !== 'code') {
    const words = [seed, name, of.id, JSON.stringify(args)];
    if (chance('fault', ...words) * 100 < rate) {
      const kind = pick(['THROWN', 'NULL', 'WRONG'], 'kind', ...words);
      // What it requires is asked for first, and may be broken itself.
      const value = readOf(type, name)(of, args as Record<string, unknown>, field);
      if (kind === 'NULL') return null;
      if (kind === 'THROWN' || typeof value === 'object') throw new Error(`${name} of ${of.id} is broken`);
      // A leaf of no type that there is.
      return Symbol('wrong');
    }
  }
  return readOf(type, name)(of, args as Record<string, unknown>, field);
}

/** Puts resolvers to every field of a schema. */
function resolve(
  schema: GraphQLSchema,
  resolver: (type: string, name: string) => GraphQLFieldResolver<Thing, unknown>,
) {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('_')) continue;
    for (const field of Object.values(type.getFields())) {
      if (!field.name.startsWith('_')) field.resolve = resolver(type.name, field.name);
    }
  }
  return schema;
}

const root = (of: Thing | undefined): Thing => of ?? thing('Query', '');

function subgraph(name: Name, faults: () => Faults): GraphQLSchema {
  const known = (of: Thing) => (name === 'people' && of.id === ghost.id ? null : of);
  const reference = { __resolveReference: (of: Thing) => known({ ...of, id: of.id ?? String(of.sku).slice(4) }) };
  const entities = { catalogue: ['Product', 'Book', 'Film'], people: ['Author'], stock: ['Product'] };
  const resolvers = Object.fromEntries(
    (name === 'reviews' ? ['Media', 'Product', 'Author'] : entities[name]).map((type) => [type, reference]),
  );
  const media = { __resolveReference: ({ id }: Thing) => thing(id.startsWith('b') ? 'Book' : 'Film', id) };
  const all = { ...resolvers, ...(name === 'catalogue' && { Media: media }) };
  const schema = buildSubgraphSchema([{ typeDefs: parse(link + subgraphs[name]), resolvers: all as never }]);
  return resolve(schema, (type, field) => (of, args) => {
    const at = root(of);
    // What others hold of it stands in what it was asked about.
    return read(type, field, at, args, faults(), (required) => at[required] ?? null);
  });
}

function transport(name: Name, schema: GraphQLSchema, faults: () => Faults): Transport<object> {
  // Half of them are called as over a network.
  const takes = name === 'stock' || name === 'people' ? 'TEXT' : 'VALUES';
  const close = async () => {};
  return {
    takes,
    async execute({ operation, variables, variablesJson }) {
      if (faults().down === name) return { errors: [{ message: `${name} cannot be reached` }] };
      const variableValues = takes === 'TEXT' ? JSON.parse(variablesJson ?? '{}') : variables;
      const document = takes === 'TEXT' ? parse(operation.query) : operation.document;
      const result = await execute({ schema, document, variableValues });
      return JSON.parse(JSON.stringify(result)) as SubgraphResult;
    },
    subscribe: async () => ({ errors: [{ message: 'There is nothing to subscribe to.' }] }),
    close,
  };
}

/** The fields that are a subgraph's own: without it, they cannot be had. */
const own: Record<'stock' | 'reviews', RegExp> = {
  stock: /^(Query\.warehouses|Product\.(shipping|fits|count|warehouse))$/,
  reviews: /^(Query\.latest|(Book|Film)\.(rating|reviews)|(Product|Author)\.reviews)$/,
};

/** The shop, both ways. */
export interface Shop {
  engine: Engine<object>;
  /** Asks the joined subgraphs. */
  joined(query: string, variables: Record<string, unknown>, faults: Faults): Promise<Answer>;
  /** Asks the one schema. */
  whole(query: string, variables: Record<string, unknown>, faults: Faults): Promise<Answer>;
}

/** Opens the shop. */
export function openShop(): Shop {
  let faults: Faults = { seed: 0, rate: 0, down: null };
  const current = () => faults;
  const url = 'http://127.0.0.1:1';
  const { supergraphSdl } = compose(names.map((name) => ({ name, sdl: link + subgraphs[name], url })));
  const transports = new Map(names.map((name) => [name as string, transport(name, subgraph(name, current), current)]));
  const engine = createEngine({ supergraphSdl, transports, random: () => 0 });
  const monolith = resolve(
    createEngine({ supergraphSdl, transports, random: () => 0 }).schema,
    (type, name) => (of, args) => {
      const { down } = faults;
      if (down && own[down].test(`${type}.${name}`)) throw new Error(`${down} cannot be reached`);
      const field = (required: string, given: object = {}): unknown => {
        const value = read(type, required, root(of), given, faults, () => null);
        if (required !== 'size' || value === null) return value;
        const size = value as Thing;
        if (size.__typename !== 'Size') throw new Error('The size is none.');
        return {
          w: whole(read('Size', 'w', size, {}, faults, () => null)),
          h: whole(read('Size', 'h', size, {}, faults, () => null)),
        };
      };
      const checked = (required: string, given?: object) => {
        const value = field(required, given);
        return required === 'size' ? value : whole(value);
      };
      return read(type, name, root(of), args, faults, checked);
    },
  );
  return {
    engine,
    joined(query, variables, given) {
      faults = given;
      return engine.execute({ document: parse(query), hash: query, variables, asker: {} });
    },
    async whole(query, variables, given) {
      faults = given;
      return (await execute({ schema: monolith, document: parse(query), variableValues: variables })) as Answer;
    },
  };
}

/** A value that is a number or null; what is neither cannot be had. */
function whole(value: unknown): unknown {
  if (value === null || typeof value === 'number') return value;
  throw new Error('What is required is of another type.');
}
