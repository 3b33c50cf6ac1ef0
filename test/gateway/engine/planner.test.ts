// Plans where the planner has one, and where it has none of the supergraph as it is. What they give is seen in
// differential.test.ts.
import type { PlanNode } from '@graphql-hive/router-query-planner';
import { describe, expect, it } from 'vitest';
import { plannerOf } from '../../../gateway/engine/planner.ts';
import { compose } from '../../../gateway/supergraph.ts';

const link = `extend schema
  @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key", "@external", "@requires"])\n`;
const sdls = {
  goods: `type Query { good: Good } type Good @key(fields: "id") { id: ID! name: String price: Int weight: Int }`,
  stock: `type Query { rooms: [Room] }
    type Room { goods: [Good] }
    type Good @key(fields: "id") {
      id: ID! price: Int @external weight: Int @external
      count: Int room: Room like: Good
      shipping: Int @requires(fields: "price weight")
      tax: Int @requires(fields: "price")
      box: Box @requires(fields: "weight")
    }
    type Box { size: Int within: [Good] }`,
};
const url = 'http://127.0.0.1:1';
const named = Object.entries(sdls).map(([name, sdl]) => ({ name, sdl: link + sdl, url }));
const planner = plannerOf(compose(named).supergraphSdl);

/** The fetches of a plan in their order: of whom, and what, by the alphabet: the planner has no order of its own there. */
function fetches(node: PlanNode | undefined): string[] {
  if (node?.kind === 'Sequence' || node?.kind === 'Parallel') return node.nodes.flatMap(fetches);
  const fetch = node?.kind === 'Flatten' ? node.node : node;
  if (fetch?.kind !== 'Fetch') throw new Error(`The plan has a ${fetch?.kind}.`);
  const asked = /\{_entities\(.*?\)\{\.\.\.on Good(.*)\}\}$/.exec(fetch.operation)?.[1] ?? fetch.operation;
  return [`${fetch.serviceName}: ${(asked.match(/\w+/g) ?? []).sort().join(' ')}`];
}

const plan = async (query: string, name?: string) => fetches(await planner.plan(query, name, 0));

describe('a field that requires what another subgraph has is planned', () => {
  it('in one call with others where the planner has a plan', async () => {
    expect(await plan('{ good { shipping tax count } }')).toEqual([
      'goods: __typename good id price weight',
      'stock: count shipping tax',
    ]);
  });

  it('of an entity that is found within what its own subgraph tells of another', async () => {
    const query = 'query Found { good { room { goods { tax shipping count name } } } }';
    expect(await plan(query, 'Found')).toEqual([
      'goods: __typename good id',
      'stock: __typename count goods id room',
      'goods: name price weight',
      'stock: shipping tax',
    ]);
  });

  it('of an entity that is found within another such field', async () => {
    expect(await plan('{ good { box { size within { tax } } } }')).toEqual([
      'goods: __typename good id weight',
      'stock: __typename box id size within',
      'goods: price',
      'stock: tax',
    ]);
  });
});

it('what has no plan of any kind is refused in the words of the supergraph as it is', async () => {
  await expect(plan('{ nonesuch }')).rejects.toThrow('nonesuch');
  // The planner has no plan where such a field is found within itself.
  await expect(plan('{ good { box { within { box { size } } } } }')).rejects.toThrow("Path 'box.within.@'");
});

it('a supergraph in which no field requires what another subgraph has is taken as it is', async () => {
  const alone = plannerOf(compose([{ name: 'goods', sdl: link + sdls.goods, url }]).supergraphSdl);
  await expect(alone.plan('{ nonesuch }', undefined, 0)).rejects.toThrow('nonesuch');
});
