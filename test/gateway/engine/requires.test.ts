// What one subgraph needs of another to answer, where that is there, lost, or not there: what does not need it is asked for all the
// same, and what does is never made up.
import { GraphQLScalarType, validate } from 'graphql';
import { describe, expect, it } from 'vitest';
import { type Call, errorsOf, link, small } from './small.ts';

const graph = {
  goods: `${link} type Query { goods: [Good] pet: Pet pets: [Pet!] }
    type Good @key(fields: "id") { id: ID! price(currency: String = "GBP"): Int weight(unit: String = "g"): Int }
    union Pet = Cat | Dog
    type Cat @key(fields: "id") { id: ID! name: String } type Dog @key(fields: "id") { id: ID! name: String }`,
  stock: `${link} type Good @key(fields: "id") {
      id: ID! price(currency: String = "GBP"): Int @external weight(unit: String = "g"): Int @external
      shipping: Int @requires(fields: "price(currency: \\"EUR\\") weight") tax: Int @requires(fields: "weight") count: Int }
    type Cat @key(fields: "id") { id: ID! street: String } type Dog @key(fields: "id") { id: ID! kennel: String }`,
};

interface Representation {
  id: string;
  price?: number | null;
  weight?: number | null;
}

const good = (id: string, weight?: number | null) => ({ __typename: 'Good', id, price: 100, weight });

/** A stock that reckons with what it is told. */
function stock({ variables }: Call) {
  const told = variables.representations as Representation[];
  return {
    data: {
      _entities: told.map(({ id, price, weight }) => ({
        count: Number(id),
        // What it makes up where it is told null is nobody's answer.
        shipping: (price ?? 7_000) + (weight ?? 7_000),
        tax: weight ?? 7_000,
      })),
    },
  };
}

describe.each(['TEXT', 'VALUES'] as const)(
  'a field that requires what another subgraph has, which takes %s',
  (takes) => {
    it('is answered by that', async () => {
      const { ask } = small({ goods: () => ({ data: { goods: [good('1', 10), good('2', 20)] } }), stock }, [], {
        graph,
        takes,
      });
      expect(await ask('{ goods { shipping tax count } }')).toEqual({
        data: { goods: [10, 20].map((weight, index) => ({ shipping: 100 + weight, tax: weight, count: index + 1 })) },
      });
    });

    it('is lost with it, for the one that lost it alone; what does not need it is asked for all the same', async () => {
      const errors = [{ message: 'No scales.', path: ['goods', 0, 'weight'], extensions: { code: 'LOST' } }];
      const goods = () => ({ data: { goods: [good('1', null), good('2', 20)] }, errors });
      const { ask, calls } = small({ goods, stock }, [], { graph, takes });
      const answer = await ask('{ goods { shipping tax count } }');
      expect(answer.data).toEqual({
        goods: [
          { shipping: null, tax: null, count: 1 },
          { shipping: 120, tax: 20, count: 2 },
        ],
      });
      // Not where the client asked for nothing; and of one failed call.
      expect(errorsOf(answer).sort()).toEqual([
        ['goods.0.shipping', 'No scales.'],
        ['goods.0.tax', 'No scales.'],
      ]);
      expect(new Set(answer.errors?.map(({ extensions }) => extensions.failedCall)).size).toBe(1);
      expect(answer.errors?.map(({ extensions }) => extensions.code)).toEqual(['LOST', 'LOST']);
      expect(calls).toHaveLength(2);
    });

    it('is lost alone where all else that is asked for needs it: nobody is asked in vain', async () => {
      const errors = [{ message: 'No scales.', path: ['goods', 0, 'weight'] }];
      const { ask, calls } = small({ goods: () => ({ data: { goods: [good('1', null)] }, errors }), stock }, [], {
        graph,
        takes,
      });
      const answer = await ask('{ goods { id shipping } }');
      expect(answer.data).toEqual({ goods: [{ id: '1', shipping: null }] });
      expect(errorsOf(answer)).toEqual([['goods.0.shipping', 'No scales.']]);
      expect(calls).toHaveLength(1);
    });

    it('is asked with null where the other says that there is none, which is no loss', async () => {
      const { ask } = small({ goods: () => ({ data: { goods: [good('1', null)] } }), stock }, [], { graph, takes });
      expect(await ask('{ goods { tax } }')).toEqual({ data: { goods: [{ tax: 7_000 }] } });
    });

    it('is not asked for where the other left it out, and what does not need it is', async () => {
      const { ask, calls } = small({ goods: () => ({ data: { goods: [good('1'), good('2', 20)] } }), stock }, [], {
        graph,
        takes,
      });
      const { data } = await ask('{ goods { tax count } }');
      expect(data).toEqual({
        goods: [
          { tax: null, count: 1 },
          { tax: 20, count: 2 },
        ],
      });
      expect(calls[1]?.variables.representations).toMatchObject([{ id: '1' }, { id: '2', weight: 20 }]);
    });

    it('is told what it needs, whatever the client asks for under that name', async () => {
      const goods = ({ query }: Call) => {
        // As the subgraph would: each response name with its own value.
        const { weight: _weight, price: _price, ...one } = good('1');
        const values: Record<string, number> = {
          'price(currency:"EUR")': 200,
          'weight(unit:"kg")': 1,
          price: 100,
          weight: 1_000,
        };
        const fields = [...query.matchAll(/(?:(\w+)\s*:\s*)?\b((?:price|weight)\b\s*(?:\([^)]*\))?)/g)];
        const given = fields.map(([, alias, field = '']) => [
          alias ?? field.replace(/\W.*/s, ''),
          values[field.replaceAll(/\s/g, '')],
        ]);
        return { data: { goods: [{ ...one, ...Object.fromEntries(given) }] } };
      };
      const { ask } = small({ goods, stock }, [], { graph, takes });
      const answers = await Promise.all(
        ['{ goods { price shipping } }', '{ goods { weight(unit: "kg") tax } }', '{ goods { weight: price tax } }'].map(
          (query) => ask(query),
        ),
      );
      expect(answers.map(({ data }) => data)).toEqual([
        { goods: [{ price: 100, shipping: 1_200 }] },
        { goods: [{ weight: 1, tax: 1_000 }] },
        { goods: [{ weight: 100, tax: 1_000 }] },
      ]);
    });
  },
);

describe('an error', () => {
  const pets = [
    { __typename: 'Cat', id: '1' },
    { __typename: 'Dog', id: '1' },
  ];

  it('of a call about things of several types is told at the fields of each type, as one failed call', async () => {
    const stock = () => ({ errors: [{ message: 'Down.' }] });
    const { ask } = small({ goods: () => ({ data: { pets: structuredClone(pets) } }), stock }, [], { graph });
    const answer = await ask('{ pets { ... on Cat { id street } ... on Dog { id kennel } } }');
    expect(answer.data).toEqual({
      pets: [
        { id: '1', street: null },
        { id: '1', kennel: null },
      ],
    });
    expect(errorsOf(answer).sort()).toEqual([
      ['pets.0.street', 'Down.'],
      ['pets.1.kennel', 'Down.'],
    ]);
    expect(new Set(answer.errors?.map(({ extensions }) => extensions.failedCall)).size).toBe(1);
  });

  it('of a call about things of several places is one failed call, too', async () => {
    const cat = { __typename: 'Cat', id: '1' };
    const { ask, calls } = small({
      cats: ({ query }) => ({
        data: query.includes('cats') ? { cats: [{ ...cat }], cat: { ...cat } } : { cat: { ...cat } },
      }),
      homes: () => ({ errors: [{ message: 'Down.' }] }),
    });
    const answer = await ask('{ cats { street } cat(id: 1) { id street } }');
    expect(errorsOf(answer).sort()).toEqual([
      ['cat.street', 'Down.'],
      ['cats.0.street', 'Down.'],
    ]);
    expect(calls).toHaveLength(2);
    expect(new Set(answer.errors?.map(({ extensions }) => extensions.failedCall)).size).toBe(1);
  });

  it('at one entity is that one’s alone', async () => {
    const errors = [{ message: 'Unknown.', path: ['_entities', 1] }];
    const stock = () => ({ data: { _entities: [{ count: null }, null] }, errors });
    const { ask } = small({ goods: () => ({ data: { goods: [good('1', 1), good('2', 2)] } }), stock }, [], { graph });
    const answer = await ask('{ goods { count } }');
    expect(answer.data).toEqual({ goods: [{ count: null }, { count: null }] });
    expect(errorsOf(answer)).toEqual([['goods.1.count', 'Unknown.']]);
  });

  it('beneath what is null is told where the null is, also where nobody knows of which type it would be', async () => {
    const errors = [
      { message: 'No scales.', path: ['goods', 0, 'weight'] },
      { message: 'No name.', path: ['pet', 'name'] },
    ];
    const { ask } = small({ goods: () => ({ data: { goods: [null], pet: null }, errors }) }, [], { graph });
    const answer = await ask('{ goods { price } pet { ... on Cat { id } } }');
    expect(answer.data).toEqual({ goods: [null], pet: null });
    expect(errorsOf(answer)).toEqual([
      ['goods.0', 'No scales.'],
      ['pet', 'No name.'],
    ]);
  });

  it('at what the client did not ask for is no error of theirs', async () => {
    const errors = [{ message: 'No scales.', path: ['goods', 0, 'weight'] }];
    const { ask } = small({ goods: () => ({ data: { goods: [good('1', null)] }, errors }) }, [], { graph });
    expect(await ask('{ goods { id } }')).toEqual({ data: { goods: [{ id: '1' }] } });
  });
});

it('a thing of a type that cannot stand there is none, however well that type is known', async () => {
  const { ask } = small({ goods: () => ({ data: { pet: good('1', 1) } }) }, [], { graph });
  const answer = await ask('{ pet { __typename ... on Cat { id } } }');
  expect(answer.data).toEqual({ pet: null });
  expect(errorsOf(answer)).toEqual([['pet', 'What was given for Query.pet is of no type that is known here.']]);
});

it('a key is told as it is, whatever signs are in it', async () => {
  const ids = ['"', '\\', 'a"b\\c', '\u2028', '\n', '\ud800', '{}', "O'Neill", '🏠', ''];
  const { ask, calls } = small({ goods: () => ({ data: { goods: ids.map((id) => good(id, 1)) } }), stock }, [], {
    graph,
  });
  await ask('{ goods { count } }');
  expect(calls[1]?.variables.representations).toEqual(ids.map((id) => ({ __typename: 'Good', id })));
});

describe('a scalar that is checked here', () => {
  const day = (value: unknown) => {
    if (typeof value === 'string' && /^\d{4}-\d\d-\d\d$/.test(value)) return value;
    throw new Error('That is no day.');
  };
  const Day = new GraphQLScalarType({
    name: 'Day',
    parseValue: day,
    parseLiteral: (node) => day('value' in node ? node.value : null),
  });
  const one = { goods: `${link} scalar Day type Query { seen(on: Day!): Int }` };

  it('is refused before any subgraph is asked, in a document and as a variable', async () => {
    const { engine, ask, asked, calls } = small({}, [], { graph: one, scalars: { Day } });
    const literal = ({ document }: ReturnType<typeof asked>) => validate(engine.schema, document).length;
    expect(literal(asked('{ seen(on: "yesterday") }'))).toBe(1);
    expect(literal(asked('{ seen(on: "2026-11-28") }'))).toBe(0);
    const query = 'query ($on: Day!) { seen(on: $on) }';
    expect((await ask(query, { on: 'yesterday' })).errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
    expect(calls).toEqual([]);
    await ask(query, { on: '2026-11-28' });
    expect(calls.map(({ variables }) => variables)).toEqual([{ on: '2026-11-28' }]);
  });
});
