// Plans that are kept for documents: what a request is answered by is the plan of its own text, operation, conditions and share of
// requests, and of no other.
import { QueryPlanner } from '@graphql-hive/router-query-planner';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { createCache } from '../../../gateway/engine/cache.ts';
import { link, type SmallOptions, small } from './small.ts';

/** A graph that gives what it is asked for, and how often it was planned. */
function planned(options?: SmallOptions) {
  const plans = vi.spyOn(QueryPlanner.prototype, 'planAsync');
  onTestFinished(() => plans.mockRestore());
  const played = small(
    {
      cats: ({ query, variables }) => ({
        data: {
          ...(query.includes('size') && { size: 1 }),
          ...(query.includes('mood') && { mood: 'CALM' }),
          ...(/\bcat\b/.test(query) && { cat: { __typename: 'Cat', id: String(variables.id ?? 7) } }),
        },
      }),
      homes: () => ({ data: { homes: 2 } }),
    },
    [],
    options,
  );
  return { ...played, plans: () => plans.mock.calls.length };
}

describe('a document with several operations', () => {
  const document = 'query A { size } query B { mood homes } query C($id: ID!) { cat(id: $id) { id } }';
  const answers = {
    A: { data: { size: 1 } },
    B: { data: { mood: 'CALM', homes: 2 } },
    C: { data: { cat: { id: '5' } } },
  };

  it('is answered by the one that is named, however the others were asked before', async () => {
    const { ask, plans } = planned();
    for (const name of ['A', 'B', 'C', 'B', 'A', 'C'] as const)
      expect([name, await ask(document, { id: '5' }, name)]).toEqual([name, answers[name]]);
    expect(plans()).toBe(3);
  });

  it('is so also for those who ask at the same time, and take each other’s answers where they may', async () => {
    const { engine, asked } = planned();
    const names = ['A', 'B', 'C', 'A'] as const;
    const all = names.map((name) => engine.execute({ ...asked(document, { id: '5' }, name), share: 'all' }));
    expect(await Promise.all(all)).toEqual(names.map((name) => answers[name]));
  });

  it('asks for the variables of the one that is named alone', async () => {
    const { ask } = planned();
    expect((await ask(document, {}, 'C')).errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
    expect(await ask(document, {}, 'A')).toEqual(answers.A);
  });

  it('tells of the schema what the one that is named asks of it, with its variables', async () => {
    const { ask } = planned();
    const two = `query A { size __type(name: "Dog") { name } }
      query B($name: String!) { mood it: __type(name: $name) { name } } query D { __typename }`;
    expect((await ask(two, {}, 'A')).data).toEqual({ size: 1, __type: { name: 'Dog' } });
    expect((await ask(two, { name: 'Cat' }, 'B')).data).toEqual({ mood: 'CALM', it: { name: 'Cat' } });
    expect((await ask(two, {}, 'D')).data).toEqual({ __typename: 'Query' });
  });
});

describe('what a plan is kept by', () => {
  it('is every condition that a document has: each asked for what it lets through, once planned', async () => {
    const { ask, calls, plans } = planned();
    const document = `query ($size: Boolean!, $noMood: Boolean = true, $homes: Boolean!) {
      __typename size @include(if: $size) mood @skip(if: $noMood) homes @include(if: $homes) }`;
    for (const [size, mood, homes] of [
      [true, false, false],
      [false, true, false],
      [false, false, true],
      [true, true, true],
      [true, false, true],
      [true, false, false],
    ]) {
      const before = calls.length;
      // Left out, the default decides.
      const { data } = await ask(document, { size, homes, ...(mood && { noMood: false }) });
      expect(data).toEqual({
        __typename: 'Query',
        ...(size && { size: 1 }),
        ...(mood && { mood: 'CALM' }),
        ...(homes && { homes: 2 }),
      });
      expect(calls.length - before).toBe(Number(size || mood) + Number(homes));
    }
    expect(plans()).toBe(5);
  });

  it('is no value that decides nothing: those who ask of another cat are answered by the same plan', async () => {
    const { ask, plans } = planned();
    for (const id of ['1', '2', '3']) {
      expect(await ask('query ($id: ID!) { cat(id: $id) { id } }', { id })).toEqual({ data: { cat: { id } } });
    }
    expect(plans()).toBe(1);
  });

  it('is no plan that could not be made: who asks again has it made again', async () => {
    const { engine, asked } = planned();
    const failing = vi.spyOn(QueryPlanner.prototype, 'planAsync').mockRejectedValueOnce(new Error('Out of memory.'));
    const ask = () => engine.execute(asked('{ size }'));
    expect(await ask()).toMatchObject({
      data: null,
      errors: [{ message: expect.stringContaining('no way to answer') }],
    });
    expect(await ask()).toEqual({ data: { size: 1 } });
    failing.mockRestore();
  });

  it('is kept for as long as there is room, and is made again after that', async () => {
    const { ask, plans } = planned({ mostBytes: 20_000 });
    for (const query of ['{ size }', '{ mood }', '{ homes }', '{ homes }']) await ask(query);
    expect(plans()).toBe(3);
    await ask('{ size }');
    expect(plans()).toBe(4);
  });

  it('leaves all others where they are for what is larger than all there is room for', () => {
    const cache = createCache<string>(30);
    cache.set('small', 'kept', 10);
    cache.set('large', 'not kept', 31);
    expect([cache.get('small'), cache.get('large'), cache.bytes]).toEqual(['kept', undefined, 10]);
    cache.set('small', 'again', 20);
    expect([cache.get('small'), cache.bytes, cache.size]).toEqual(['again', 20, 1]);
  });
});

describe('a field that moves from one subgraph to another for a share of requests', () => {
  const graph = {
    old: `${link} type Query { cat: Cat } type Cat @key(fields: "id") { id: ID! name: String }`,
    new: `${link} type Cat @key(fields: "id") { id: ID! name: String @override(from: "old", label: "percent(25)") }`,
  };

  it('is asked of the new one for as many as is said, whatever the one before was asked of', async () => {
    let chance = 0;
    const cat = { __typename: 'Cat', id: '1', name: 'Tom' };
    const replies = { old: () => ({ data: { cat: { ...cat } } }), new: () => ({ data: { _entities: [{ ...cat }] } }) };
    const { ask, calls } = small(replies, [], { graph, random: () => chance });
    for (const each of [0.1, 0.9, 0.1, 0.24, 0.26]) {
      chance = each;
      expect(await ask('{ cat { name } }')).toEqual({ data: { cat: { name: 'Tom' } } });
    }
    const named = calls.filter(({ query }) => /\bname\b/.test(query)).map(({ subgraph }) => subgraph);
    expect(named).toEqual(['new', 'old', 'new', 'new', 'old']);
  });
});
