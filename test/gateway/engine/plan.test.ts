// Nodes of plans as the planner's types have them, also those that its plans of today do not need: conditions are settled
// before it is asked, and nothing is deferred yet.
import type { FetchNode, PlanNode } from '@graphql-hive/router-query-planner';
import { parse } from 'graphql';
import { expect, it } from 'vitest';
import type { Entity } from '../../../gateway/engine/entity.ts';
import { kindsOf } from '../../../gateway/engine/kinds.ts';
import { planOf } from '../../../gateway/engine/plan.ts';
import { requirementsOf } from '../../../gateway/engine/requirements.ts';
import type { Run } from '../../../gateway/engine/run.ts';

const supergraph = parse(
  'interface Pet { id: ID } type Cat implements Pet { id: ID } type Dog implements Pet { id: ID }',
);

/** Runs a plan over subgraphs that give `replies`, one after the other. */
async function run(node: PlanNode, replies: Entity[], values = {}, data: Entity = {}) {
  const asked: unknown[] = [];
  const kinds = kindsOf(supergraph);
  const surroundings = {
    kinds,
    requirements: requirementsOf(supergraph, kinds),
    transport: () => ({
      async execute({ variables }: { variables?: Record<string, unknown> | undefined }) {
        asked.push(variables);
        return { data: replies.shift() ?? {} };
      },
      subscribe: async () => ({}),
      close: async () => {},
    }),
  };
  const state: Run<object> = { asker: {}, variables: {}, values, data, losses: [] };
  await planOf(node, surroundings).step(state);
  return { data: state.data, asked };
}

const fetch = (more: Partial<FetchNode> = {}): FetchNode => ({
  kind: 'Fetch',
  serviceName: 'a',
  operation: '{ a }',
  ...more,
});
const id = (typeCondition: string) => ({
  kind: 'InlineFragment' as const,
  typeCondition,
  selections: ['__typename', 'id'].map((name) => ({ kind: 'Field' as const, name })),
});
const pets = () => ({
  pets: [{ __typename: 'Cat', id: 1 }, { __typename: 'Dog', id: 2 }, null, [{ __typename: 'Cat', id: 3 }]],
});

it('a condition chooses', async () => {
  const node: PlanNode = { kind: 'Condition', condition: 'yes', ifClause: fetch() };
  expect((await run(node, [{ a: 1 }], { yes: true })).data).toEqual({ a: 1 });
  expect((await run(node, [{ a: 1 }], { yes: false })).asked).toEqual([]);
  const other: PlanNode = { ...node, elseClause: fetch() };
  expect((await run(other, [{ a: 1 }, { a: 2 }], { yes: false })).asked).toHaveLength(1);
});

it('what is deferred comes with the rest, after it', async () => {
  const deferred = [{ depends: [], queryPath: [], node: fetch() }];
  const node: PlanNode = { kind: 'Defer', primary: { node: fetch() }, deferred };
  expect((await run(node, [{ a: 1 }, { b: 2 }])).data).toEqual({ a: 1, b: 2 });
});

it('a path goes through lists of lists and passes by what is of another type', async () => {
  const requires = [id('Pet')];
  const path = (condition: string) => [{ Field: 'pets' }, '@' as const, { TypeCondition: [condition] }];
  const of = async (condition: string) =>
    (await run({ kind: 'Flatten', path: path(condition), node: fetch({ requires }) }, [], {}, pets())).asked;
  const all = [1, 2, 3].map((each) => ({ __typename: each === 2 ? 'Dog' : 'Cat', id: each }));
  expect(await of('Cat')).toEqual([{ representations: all.filter(({ id }) => id !== 2) }]);
  expect(await of('Pet')).toEqual([{ representations: all }]);
  expect(await of('Fish')).toEqual([]);
});

it("what stands in several places is each place's own, and a type is not forgotten for its interface", async () => {
  const cat = () => ({ __typename: 'Cat', id: 1 });
  const node = fetch({ requires: [id('Cat')] });
  const replies = [{ _entities: [{ __typename: 'Pet', home: { x: 1 } }] }];
  const path = [{ Field: 'pets' }, '@' as const];
  const { data } = await run({ kind: 'Flatten', path, node }, replies, {}, { pets: [cat(), cat()] });
  const [one, other] = data.pets as [Entity, Entity];
  expect([one, other]).toEqual([1, 2].map(() => ({ ...cat(), home: { x: 1 } })));
  expect(one.home).not.toBe(other.home);
});

it('representations and answers are rewritten as the planner wants them', async () => {
  const node = fetch({
    requires: [id('Cat')],
    inputRewrites: [
      { ValueSetter: { path: [{ TypenameEquals: ['Cat'] }, { Key: '__typename' }], setValueTo: 'Pet' } },
      { KeyRenamer: { path: [{ Key: 'id' }], renameKeyTo: 'key' } },
    ],
    outputRewrites: [
      {
        KeyRenamer: {
          path: [{ Key: '_entities' }, { TypenameEquals: ['Pet'] }, { Key: 'alias' }],
          renameKeyTo: 'name',
        },
      },
    ],
  });
  const replies = [{ _entities: [{ alias: 'Tom' }] }];
  const { asked, data } = await run(
    { kind: 'Flatten', path: [{ Field: 'pet' }], node },
    replies,
    {},
    { pet: { __typename: 'Cat', id: 1 } },
  );
  expect(asked).toEqual([{ representations: [{ __typename: 'Pet', key: 1 }] }]);
  expect(data).toEqual({ pet: { __typename: 'Cat', id: 1, name: 'Tom' } });
});

it('several kinds of entities are asked for in one call, and those that share a list are listed once', async () => {
  const alias = (name: string, variable: string, condition: string) => ({
    alias: name,
    representationsVariableName: variable,
    paths: [[{ Field: 'pets' }, '@' as const]],
    requires: [id(condition)],
  });
  const node: PlanNode = {
    kind: 'BatchFetch',
    serviceName: 'a',
    operation: '{ a }',
    entityBatch: { aliases: [alias('_e0', 'r0', 'Cat'), alias('_e1', 'r1', 'Dog'), alias('_e2', 'r0', 'Cat')] },
  };
  const reply = { _e0: [{ x: 1 }, { x: 3 }], _e1: [{ y: 2 }], _e2: [{ z: 1 }, { z: 3 }] };
  const { asked, data } = await run(node, [reply], {}, pets());
  expect(asked).toEqual([
    { r0: [1, 3].map((each) => ({ __typename: 'Cat', id: each })), r1: [{ __typename: 'Dog', id: 2 }] },
  ]);
  expect(data.pets).toMatchObject([{ x: 1, z: 1 }, { y: 2 }, null, [{ x: 3, z: 3 }]]);
});

it('what has the same key and is of another type is another thing: each is asked for, and has its own answer', async () => {
  const node = fetch({ requires: [id('Pet')] });
  const path = [{ Field: 'pets' }, '@' as const];
  const both = () => ({ pets: ['Cat', 'Dog', 'Cat'].map((__typename) => ({ __typename, id: 1 })) });
  const replies = [{ _entities: [{ name: 'Tom' }, { name: 'Rex' }] }];
  const { asked, data } = await run({ kind: 'Flatten', path, node }, replies, {}, both());
  expect(asked).toEqual([{ representations: both().pets.slice(0, 2) }]);
  expect(data).toMatchObject({ pets: [{ name: 'Tom' }, { name: 'Rex' }, { name: 'Tom' }] });
});

it('what two keys tell apart is told apart by both', async () => {
  const requires = [
    { ...id('Cat'), selections: ['__typename', 'id', 'home'].map((name) => ({ kind: 'Field' as const, name })) },
  ];
  const cat = (id: number, home: number | null) => ({ __typename: 'Cat', id, home });
  const cats = [cat(1, 1), cat(1, 2), cat(2, 1), cat(1, 1), cat(1, null)];
  const path = [{ Field: 'pets' }, '@' as const];
  const { asked } = await run({ kind: 'Flatten', path, node: fetch({ requires }) }, [], {}, { pets: cats });
  expect(asked).toEqual([{ representations: [cats[0], cats[1], cats[2], cats[4]] }]);
});

it('steps that are together are all waited for, and those in order one after another', async () => {
  const order: string[] = [];
  const step = (name: string): PlanNode => ({ ...fetch({ operation: `{ ${name} }` }), serviceName: name });
  const kinds = kindsOf(supergraph);
  const surroundings = {
    kinds,
    requirements: requirementsOf(supergraph, kinds),
    transport: (name: string) => ({
      async execute() {
        order.push(`${name} begins`);
        // As many turns as its name has letters.
        for (const _turn of name) await Promise.resolve();
        order.push(`${name} ends`);
        return { data: { [name]: 1 } };
      },
      subscribe: async () => ({}),
      close: async () => {},
    }),
  };
  const node: PlanNode = {
    kind: 'Sequence',
    nodes: [{ kind: 'Parallel', nodes: [step('a'), step('longer')] }, step('last')],
  };
  const state: Run<object> = { asker: {}, variables: {}, values: {}, data: {}, losses: [] };
  await planOf(node, surroundings).step(state);
  expect(order).toEqual(['a begins', 'longer begins', 'a ends', 'longer ends', 'last begins', 'last ends']);
  expect(state.data).toEqual({ a: 1, longer: 1, last: 1 });
});

it('what nobody knows how to execute is refused when it is planned', () => {
  const kinds = kindsOf(supergraph);
  const surroundings = {
    kinds,
    requirements: requirementsOf(supergraph, kinds),
    transport: () => {
      throw new Error('No way.');
    },
  };
  expect(() => planOf(fetch(), surroundings)).toThrow('No way.');
  expect(() => planOf({ kind: 'Parallel', nodes: [{ kind: 'Subscription', primary: fetch() }] }, surroundings)).toThrow(
    'Subscription',
  );
});
