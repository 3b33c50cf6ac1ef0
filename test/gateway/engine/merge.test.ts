// What several calls tell of one object, joined: nothing that is known is forgotten for what another does not know.
import { parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import type { Entity } from '../../../gateway/engine/entity.ts';
import { kindsOf } from '../../../gateway/engine/kinds.ts';
import { merge } from '../../../gateway/engine/merge.ts';
import { small } from './small.ts';

const kinds = kindsOf(parse('interface Pet { id: ID } type Cat implements Pet { id: ID } union Any = Cat'));

const merged = (...all: Entity[]) => {
  const into: Entity = {};
  for (const each of structuredClone(all)) merge(into, each, kinds);
  return into;
};

describe('what two calls tell of an object', () => {
  it.each<[what: string, one: Entity, other: Entity, both: Entity]>([
    ['stands side by side', { a: 1 }, { b: 2 }, { a: 1, b: 2 }],
    ['is what is known where one knows nothing', { a: 1, b: null }, { a: null, b: 2 }, { a: 1, b: 2 }],
    ['is null where nobody knows', { a: null }, { a: null, b: null }, { a: null, b: null }],
    ['is the later of two that are known', { a: 1 }, { a: 2 }, { a: 2 }],
    [
      'is no less for being false, nought or empty',
      { a: true, b: 1, c: 'x' },
      { a: false, b: 0, c: '' },
      { a: false, b: 0, c: '' },
    ],
    [
      'is joined in turn',
      { at: { a: 1, in: { x: 1 } } },
      { at: { b: 2, in: { y: 2 } } },
      { at: { a: 1, b: 2, in: { x: 1, y: 2 } } },
    ],
    [
      'is joined item by item in lists, also where one has none there',
      { all: [{ a: 1 }, null, { a: 3 }] },
      { all: [{ b: 1 }, { b: 2 }, null] },
      { all: [{ a: 1, b: 1 }, { b: 2 }, { a: 3 }] },
    ],
    [
      'is longer where one has more',
      { all: [{ a: 1 }] },
      { all: [{ b: 1 }, { b: 2 }] },
      { all: [{ a: 1, b: 1 }, { b: 2 }] },
    ],
    ['is joined in lists of lists', { all: [[{ a: 1 }]] }, { all: [[{ b: 1 }]] }, { all: [[{ a: 1, b: 1 }]] }],
    ['is an object where the other says that it is a list', { at: { a: 1 } }, { at: [1] }, { at: { a: 1 } }],
    ['is a list where the other says that it is an object', { at: [{ a: 1 }] }, { at: { b: 1 } }, { at: [{ a: 1 }] }],
    [
      'is of its own type where the other knows of an interface alone',
      { __typename: 'Cat' },
      { __typename: 'Pet' },
      { __typename: 'Cat' },
    ],
    [
      'is of its own type where the other knows of a union alone',
      { __typename: 'Cat' },
      { __typename: 'Any' },
      { __typename: 'Cat' },
    ],
    ['is of its own type once that is told', { __typename: 'Pet' }, { __typename: 'Cat' }, { __typename: 'Cat' }],
  ])('%s', (_what, one, other, both) => {
    expect(merged(one, other)).toEqual(both);
  });
});

describe('an error that a subgraph tells of no place', () => {
  const errors = [{ message: 'I am not well.', extensions: { code: 'ILL' } }];
  const told = { message: 'I am not well.', path: undefined, extensions: { code: 'ILL' } };

  it('is told as it is beside what it gave all the same', async () => {
    const { ask } = small({ cats: () => ({ data: { size: 1 }, errors }) });
    const answer = await ask('{ size }');
    expect(answer.data).toEqual({ size: 1 });
    expect(answer.errors).toMatchObject([told]);
  });

  it('is told as it is also of entities', async () => {
    const { ask } = small({
      cats: () => ({ data: { cats: [{ __typename: 'Cat', id: '1' }] } }),
      homes: () => ({ data: { _entities: [{ street: 'A' }] }, errors }),
    });
    const answer = await ask('{ cats { street } }');
    expect(answer.data).toEqual({ cats: [{ street: 'A' }] });
    expect(answer.errors).toMatchObject([told]);
  });
});
