// What leaves as a value of each type, and what does not, as the specification's result coercion has it for values out of JSON.
import { buildSchema, type GraphQLLeafType } from 'graphql';
import { expect, it } from 'vitest';
import { leafOf } from '../../../gateway/engine/leaf.ts';

const schema = buildSchema(
  'scalar Day enum Mood { CALM WILD } type Query { day: Day mood: Mood id: ID float: Float int: Int }',
);
const none = 'no such value';

it.each<[type: string, given: unknown, leaves: unknown]>([
  ['Int', 2 ** 31 - 1, 2 ** 31 - 1],
  ['Int', -(2 ** 31), -(2 ** 31)],
  ['Int', 2 ** 31, none],
  ['Int', -(2 ** 31) - 1, none],
  ['Int', 1.5, none],
  ['Int', '7', none],
  ['Int', true, none],
  ['Float', 1.5, 1.5],
  ['Float', 2 ** 40, 2 ** 40],
  ['Float', '1.5', none],
  ['Float', true, none],
  ['String', '', ''],
  ['String', 7, none],
  ['String', false, none],
  ['String', { text: 'x' }, none],
  ['Boolean', false, false],
  ['Boolean', 0, none],
  ['Boolean', 'true', none],
  ['ID', '07', '07'],
  ['ID', 7, '7'],
  ['ID', 7.5, none],
  ['ID', { id: 7 }, none],
  ['Mood', 'WILD', 'WILD'],
  ['Mood', 'ANGRY', none],
  ['Mood', 'wild', none],
  ['Mood', 0, none],
  // What a subgraph says of a scalar of its own is its own matter.
  ['Day', '2026-11-28', '2026-11-28'],
  ['Day', 7, 7],
])('as %s %j leaves as %j', (type, given, leaves) => {
  const checked = leafOf(schema.getType(type) as GraphQLLeafType)(given);
  expect(checked === undefined ? none : checked).toEqual(leaves);
});
