// What the engine does with what subgraphs reply, and with what they do not.
import { describe, expect, it } from 'vitest';
import { createCache } from '../../../gateway/engine/cache.ts';
import { errorsOf, small } from './small.ts';

const cats = (...ids: string[]) => ({
  data: { cats: ids.map((id) => ({ __typename: 'Cat', id, name: `Cat ${id}` })) },
});
const homes = (...ids: string[]) =>
  ids.map((id) => ({ __typename: 'Cat', street: `Street ${id}`, town: `Town ${id}` }));

describe('entities', () => {
  it('are asked for once each, in one call, and stand wherever they were', async () => {
    const { ask, calls } = small({
      cats: () => cats('1', '2', '1'),
      homes: () => ({ data: { _entities: homes('1', '2') } }),
    });
    const { data, errors } = await ask('{ cats { street name } }');
    expect(errors).toBeUndefined();
    expect(calls.map(({ variables }) => variables)).toEqual([
      {},
      { representations: ['1', '2'].map((id) => ({ __typename: 'Cat', id })) },
    ]);
    expect(JSON.stringify(data)).toBe(
      JSON.stringify({ cats: ['1', '2', '1'].map((id) => ({ street: `Street ${id}`, name: `Cat ${id}` })) }),
    );
  });

  it('of which there are none are not asked for', async () => {
    const { ask, calls } = small({ cats: () => cats() });
    expect(await ask('{ cats { street } }')).toEqual({ data: { cats: [] } });
    expect(calls).toHaveLength(1);
  });

  it('that a call was to give and did not have one error each for its fields, which say that it was one call', async () => {
    const { ask } = small({ cats: () => cats('1', '2'), homes: () => ({ errors: [{ message: 'No way.' }] }) });
    const answer = await ask('{ cats { id street } }');
    expect(answer.data).toEqual({ cats: ['1', '2'].map((id) => ({ id, street: null })) });
    expect(errorsOf(answer)).toEqual([
      ['cats.0.street', 'No way.'],
      ['cats.1.street', 'No way.'],
    ]);
    expect(new Set(answer.errors?.map(({ extensions }) => extensions.failedCall)).size).toBe(1);
  });

  it('have their errors where they stand, everywhere where they do', async () => {
    const errors = [{ message: 'Unknown.', path: ['_entities', 0, 'street'], extensions: { code: 'NONE' } }];
    const { ask } = small({
      cats: () => ({ data: { all: cats('1', '2', '1').data.cats } }),
      homes: () => ({ data: { _entities: [{ street: null }, { street: 'B' }] }, errors }),
    });
    const answer = await ask('{ all: cats { street } }');
    expect(errorsOf(answer)).toEqual([
      ['all.0.street', 'Unknown.'],
      ['all.2.street', 'Unknown.'],
    ]);
    expect(answer.errors?.[0]?.extensions.code).toBe('NONE');
  });

  it('that one field took along say so at the others too', async () => {
    const { ask } = small({
      cats: () => cats('1'),
      homes: () => ({ data: { _entities: [null] }, errors: [{ message: 'No town.', path: ['_entities', 0, 'town'] }] }),
    });
    const answer = await ask('{ cats { id street ... @include(if: true) { town } } }');
    expect(answer.data).toBeNull();
    expect(errorsOf(answer).map(([place]) => place)).toEqual(['cats.0.town', 'cats.0.street']);
  });

  it.each([{}, { _entities: null }, { _entities: [{ street: 'Street 1' }] }])(
    'that a subgraph leaves out are missed: %o',
    async (data) => {
      const { ask } = small({ cats: () => cats('1', '2'), homes: () => ({ data: structuredClone(data) }) });
      const places = errorsOf(await ask('{ cats { street } }')).map(([place]) => place);
      expect(places.at(-1)).toBe('cats.1.street');
    },
  );

  it('cost no more than their own fields where a transport breaks its word and throws', async () => {
    const { ask } = small({
      cats: () => cats('1'),
      homes: () => {
        throw new TypeError('undefined is not a function');
      },
    });
    const answer = await ask('{ cats { id street } }');
    expect(answer.data).toEqual({ cats: [{ id: '1', street: null }] });
    expect(answer.errors?.[0]?.originalError).toBeInstanceOf(TypeError);
  });
});

describe('what a subgraph gives', () => {
  it.each([
    ['{ size }', { size: 'seven' }, null, [['size', 'What was given for Query.size is no Int.']]],
    ['{ size }', { size: 2 ** 31 }, null, [['size', 'What was given for Query.size is no Int.']]],
    ['{ mood }', { mood: 'ANGRY' }, { mood: null }, [['mood', 'What was given for Query.mood is no Mood.']]],
    ['{ cats { id } }', { cats: {} }, null, [['cats', 'What was given for Query.cats is no list.']]],
    ['{ cat(id: 1) { id } }', { cat: 'Tom' }, { cat: null }, [['cat', 'What was given for Query.cat is no object.']]],
    ['{ size }', { size: null }, null, [['size', 'Cannot return null for non-nullable field Query.size.']]],
    ['{ size }', {}, null, [['size', 'Cannot return null for non-nullable field Query.size.']]],
    [
      '{ pet { ... on Cat { id } } }',
      { pet: { __typename: 'Fish' } },
      { pet: null },
      [['pet', 'What was given for Query.pet is of no type that is known here.']],
    ],
  ])('is checked: %s with %o', async (query, given, data, errors) => {
    const { ask } = small({ cats: () => ({ data: given }) });
    const answer = await ask(query);
    expect(answer.data).toEqual(data);
    expect(errorsOf(answer)).toEqual(errors);
  });

  it('and nobody asked for is left out, and what has the name of no other field is a field like others', async () => {
    const { ask } = small({ cats: () => ({ data: JSON.parse('{"secret":1,"__proto__":5,"constructor":null}') }) });
    const { data } = await ask('{ __proto__: size constructor: mood }');
    expect(JSON.stringify(data)).toBe('{"__proto__":5,"constructor":null}');
  });

  it('is null with an error of its own only where no other says why', async () => {
    const errors = [{ message: 'Gone.', path: ['size'] }];
    const { ask } = small({ cats: () => ({ data: null, errors }) });
    expect(errorsOf(await ask('{ size }'))).toEqual([['size', 'Gone.']]);
  });
});

describe('an operation', () => {
  it('asks subgraphs that do not wait for each other together', async () => {
    const begun = Promise.withResolvers<void>();
    const { ask } = small({
      cats: async () => {
        await begun.promise;
        return { data: { size: 1 } };
      },
      homes: () => {
        begun.resolve();
        return { data: { homes: 2 } };
      },
    });
    expect(await ask('{ size homes }')).toEqual({ data: { size: 1, homes: 2 } });
  });

  it('asks nobody about the schema, and of the rest whom it has to', async () => {
    const { ask, calls } = small({ homes: () => ({ data: { homes: 2 } }) });
    const { data } = await ask(
      `query ($yes: Boolean!) { homes ...Schema @include(if: $yes) kind: __typename }
       fragment Schema on Query { it: __type(name: "Cat") { ...Type } __schema { queryType { name } } }
       fragment Type on __Type { name fields { name } }`,
      { yes: true },
    );
    expect(data).toMatchObject({
      homes: 2,
      it: {
        name: 'Cat',
        fields: [{ name: 'id' }, { name: 'name' }, { name: 'age' }, { name: 'street' }, { name: 'town' }],
      },
      __schema: { queryType: { name: 'Query' } },
      kind: 'Query',
    });
    expect(calls).toHaveLength(1);
    expect((await ask('{ __typename __schema { queryType { name } } }')).data).toMatchObject({ __typename: 'Query' });
    expect(calls).toHaveLength(1);
  });

  it('with a variable of another type is refused before anybody is asked', async () => {
    const { ask, calls } = small({});
    const { data, errors } = await ask('query ($id: ID!) { cat(id: $id) { id } }', {});
    expect(data).toBeUndefined();
    expect(errors?.[0]?.extensions).toEqual({ code: 'BAD_USER_INPUT' });
    expect(calls).toEqual([]);
  });

  it('passes on the variables that a subgraph needs, as they were given', async () => {
    const { ask, calls } = small({ cats: () => ({ data: { cat: null } }) });
    await ask('query ($id: ID!, $no: Boolean = true) { cat(id: $id) { id @skip(if: $no) name } }', { id: 7 });
    expect(calls.map(({ variables }) => variables)).toEqual([{ id: 7 }]);
  });

  it('that has no plan is refused in words that tell nothing of the inside', async () => {
    const { engine, asked } = small({});
    const answer = await engine.execute(asked('{ nonesuch }'));
    expect(answer.data).toBeNull();
    expect(errorsOf(answer)).toEqual([['', 'There is no way to answer this operation with these subgraphs.']]);
  });

  it('changes one thing after the other', async () => {
    const order: string[] = [];
    const { ask } = small({
      cats: async ({ query }) => {
        order.push(query.includes('Tom') ? 'Tom' : 'Kim');
        return { data: { a: { __typename: 'Cat', id: '1' }, b: { __typename: 'Cat', id: '2' } } };
      },
      homes: () => {
        order.push('homes');
        return { data: { _entities: homes('1'), _e0: homes('1'), _e1: homes('2') } };
      },
    });
    await ask('mutation { a: feed(name: "Tom") { street } }');
    expect(order).toEqual(['Tom', 'homes']);
  });
});

describe('equal questions at the same time', () => {
  const play = (fails = 0) => {
    let left = fails;
    const { engine, asked, calls } = small({
      cats: ({ query }) => {
        left -= 1;
        if (left >= 0) return { errors: [{ message: 'Gone.' }] };
        return { data: query.startsWith('mutation') ? { feed: null } : { size: 1, cat: null } };
      },
    });
    const ask = (query: string, share?: string, variables?: Record<string, unknown>) =>
      engine.execute({ ...asked(query, variables), share });
    return { ask, calls };
  };

  it('are asked once where they have the same key', async () => {
    const { ask, calls } = play();
    const [first, second] = await Promise.all([ask('{ size }', 'a'), ask('{ size }', 'a')]);
    expect([first, second, calls.length]).toEqual([{ data: { size: 1 } }, { data: { size: 1 } }, 1]);
    await ask('{ size }', 'a');
    expect(calls).toHaveLength(2);
  });

  it('are each asked without a key, with another, with other variables, and where they change something', async () => {
    const { ask, calls } = play();
    const cat = 'query ($id: ID!) { cat(id: $id) { id } }';
    const change = 'mutation { feed(name: "Tom") { id } }';
    await Promise.all([ask('{ size }'), ask('{ size }'), ask('{ size }', 'a'), ask('{ size }', 'b')]);
    await Promise.all([ask(cat, 'a', { id: 1 }), ask(cat, 'a', { id: 2 }), ask(change, 'a'), ask(change, 'a')]);
    expect(calls).toHaveLength(8);
  });

  it('are each asked where the first was asked in vain', async () => {
    const { ask, calls } = play(1);
    const [first, second] = await Promise.all([ask('{ size }', 'a'), ask('{ size }', 'a')]);
    expect([first.errors?.length, second, calls.length]).toEqual([1, { data: { size: 1 } }, 2]);
  });
});

describe('a subscription', () => {
  it('is told with each event what other subgraphs know of it, and one failing costs that event its own fields', async () => {
    let asked = 0;
    const events = [
      { data: { fed: { __typename: 'Cat', id: '1' } } },
      { errors: [{ message: 'Lost.' }] },
      { data: { fed: { __typename: 'Cat', id: '2' } } },
    ];
    const played = small(
      {
        homes: ({ variables }) => {
          asked += 1;
          if (asked === 2) return { errors: [{ message: 'Down.' }] };
          const [{ id }] = variables.representations as [{ id: string }];
          return { data: { _entities: homes(id) } };
        },
      },
      events,
    );
    const given = await played.engine.subscribe(played.asked('subscription { fed { id street } }'));
    if (!('events' in given)) throw new Error('It has no events.');
    const told = [];
    for await (const event of given.events) told.push(await given.answer(event, {}));
    expect(told.map(({ data }) => data)).toEqual([
      { fed: { id: '1', street: 'Street 1' } },
      { fed: null },
      { fed: { id: '2', street: null } },
    ]);
    expect(told.map(errorsOf)).toEqual([[], [['fed', 'Lost.']], [['fed.street', 'Down.']]]);
  });
});

describe('what is kept of documents', () => {
  it('is within bounds, and what was asked for longest ago goes first', () => {
    const cache = createCache<number>(30);
    for (let index = 0; index < 10_000; index += 1) {
      cache.set(String(index), index, 10);
      cache.get('0');
      expect(cache.bytes).toBeLessThanOrEqual(30);
    }
    expect([cache.size, cache.get('0'), cache.get('9997'), cache.get('9999')]).toEqual([3, 0, undefined, 9_999]);
    cache.set('large', 1, 31);
    expect(cache.get('large')).toBeUndefined();
  });

  it('is made once, also for many who ask at the same time', async () => {
    const { ask, calls } = small({ cats: () => ({ data: { size: 1 } }) });
    const answers = await Promise.all(Array.from({ length: 20 }, () => ask('{ size }')));
    expect(new Set(answers.map((answer) => JSON.stringify(answer)))).toEqual(new Set(['{"data":{"size":1}}']));
    expect(calls).toHaveLength(20);
  });
});
