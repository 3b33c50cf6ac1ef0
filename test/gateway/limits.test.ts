// How much one document may ask, by whatever way it asks: as much as is taken, and one more.
import { readFileSync } from 'node:fs';
import { buildSchema, parse, type ValidationContext, validate } from 'graphql';
import { describe, expect, it } from 'vitest';
import { limits, withinLimits } from '../../gateway/limits.ts';

const schema = buildSchema('type Query { cat: Cat name: String } type Cat { cat: Cat name: String }');

/** What is said of a document; nothing of one that is taken. */
const said = (query: string) => validate(schema, parse(query), [withinLimits]).map(({ message }) => message);

const times = (count: number, one: (index: number) => string) =>
  Array.from({ length: count }, (_, at) => one(at)).join(' ');
const aliases = (count: number, of = 'name') => times(count, (at) => `a${at}: ${of}`);
const within = (depth: number) => `${'cat { '.repeat(depth - 1)}name${' }'.repeat(depth - 1)}`;

describe('as much as is taken is taken, and one more is not', () => {
  it.each<[what: string, of: keyof typeof limits, query: (count: number) => string]>([
    ['other names', 'aliases', (count) => `{ ${aliases(count)} }`],
    ['other names in a field', 'aliases', (count) => `{ cat { ${aliases(count)} } }`],
    ['other names in a fragment', 'aliases', (count) => `{ ...F } fragment F on Query { ${aliases(count)} }`],
    ['other names in a fragment without a name', 'aliases', (count) => `{ ... on Query { ${aliases(count)} } }`],
    [
      'other names in a fragment that stands there twice',
      'aliases',
      (count) =>
        `{ cat { cat { ...F } ...F ${count % 2 ? 'x: name' : ''} } } fragment F on Cat { ${aliases(count >> 1)} }`,
    ],
    [
      'other names in a fragment of a fragment',
      'aliases',
      (count) => `{ ...F } fragment F on Query { cat { ...G } } fragment G on Cat { ${aliases(count)} }`,
    ],
    ['fields within fields', 'depth', (count) => `{ ${within(count)} }`],
    [
      'fields within fields of a fragment',
      'depth',
      (count) => `{ cat { ...F } } fragment F on Cat { ${within(count - 1)} }`,
    ],
    ['fields within fields beside others', 'depth', (count) => `{ name ${within(count)} name }`],
    ['fields', 'fields', (count) => `{ ${'name '.repeat(count)} }`],
    [
      'fields of fragments',
      'fields',
      (count) => `{ ${times(count / 100, () => 'cat { ...F }')} ${'name '.repeat(count % 100)} }
        fragment F on Cat { ${'name '.repeat(99)} }`,
    ],
  ])('%s', (_what, of, query) => {
    const most = limits[of];
    expect(said(query(most))).toEqual([]);
    expect(said(query(most + 1))).toEqual([
      `This asks for too much at once: ${of} ${most + 1}, and ${most} is the most.`,
    ]);
  });
});

it('each operation of a document is by itself, and the one that asks for too much is named', () => {
  const [small, large] = [`query A { ${aliases(600)} }`, `query B { ${aliases(1_001)} }`];
  expect(said(`${small} ${small.replace('A', 'C')}`)).toEqual([]);
  expect(said(`${small} ${large}`)).toHaveLength(1);
});

it('a field that is asked for by its own name is no other name, however often', () => {
  expect(said(`{ ${'name '.repeat(2_000)} }`)).toEqual([]);
});

it('each fragment is counted once, however often it stands in others: to count costs no more than to read', () => {
  const fragments = times(16, (at) => `fragment F${at + 1} on Cat { cat { ...F${at} } x: cat { ...F${at} } }`);
  const looked: string[] = [];
  const counting = (context: ValidationContext) => {
    const getFragment = context.getFragment.bind(context);
    context.getFragment = (name) => {
      looked.push(name);
      return getFragment(name);
    };
    return withinLimits(context);
  };
  const query = `{ cat { ...F16 } } fragment F0 on Cat { name } ${fragments}`;
  const [problem] = validate(schema, parse(query), [counting]);
  // At each step two fields, and twice what is within: three times 2^16, less one.
  expect(problem?.message).toMatch(/^This asks for too much at once: fields 196607, and 10000 is the most\.$/);
  expect(looked).toHaveLength(1 + 2 * 16);
});

it('the limits are those that README promises', () => {
  expect(limits).toEqual({ tokens: 10_000, depth: 30, fields: 10_000, aliases: 1_000 });
  const readme = readFileSync('README.md', 'utf8').replace(/\s+/g, ' ');
  expect(readme).toContain('10,000 words, 30 levels, 10,000 fields, 1,000 aliases');
});
