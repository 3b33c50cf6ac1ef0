import { describe, expect, it } from 'vitest';
import { shapes } from '../../../subgraphs/continuity/form.ts';
import { readByReference, readOne } from '../../../subgraphs/continuity/keys.ts';

const never = new AbortController().signal;

describe('a read by reference', () => {
  it('asks for trimmed references once, and answers under the keys as they were given', async () => {
    const asked: string[][] = [];
    const read = readByReference<string | null>({
      shape: shapes.application,
      backend: 'b',
      limit: 50,
      absent: null,
      async ask(references) {
        asked.push(references);
        return new Map([
          ['unasked', 'never'],
          ['B/1', 'second'],
          ['A', 'first'],
        ]);
      },
    });
    expect([...(await read.ask([' A', 'A ', 'B/1', 'C'], never))]).toEqual([
      [' A', 'first'],
      ['A ', 'first'],
      ['B/1', 'second'],
    ]);
    expect(asked).toEqual([['A', 'B/1', 'C']]);
  });

  it('keeps an empty answer apart from none', async () => {
    const ask = async () => new Map([['A', [] as string[]]]);
    const read = readByReference<string[]>({ shape: shapes.application, backend: 'b', limit: 1, absent: [], ask });
    expect([...(await read.ask(['A', 'B'], never))]).toEqual([['A', []]]);
  });
});

describe('what no system could have given as a reference', () => {
  const wrong = ['A,B', 'A\nB', 'Ä', '', '  ', 'A'.repeat(41), 7 as unknown as string, null as unknown as string];

  it.each(wrong)('is not asked for, and there is nothing under it: %j', async (key) => {
    const asked: string[][] = [];
    const read = readByReference<string>({
      shape: shapes.application,
      backend: 'b',
      limit: 50,
      absent: '',
      async ask(references) {
        asked.push(references);
        return new Map(references.map((each) => [each, 'found']));
      },
    });
    expect([...(await read.ask([key], never))]).toEqual([]);
    expect(asked).toEqual([]);
    const longest = 'A'.repeat(40);
    expect([...(await read.ask([key, longest], never))]).toEqual([[longest, 'found']]);
    expect(asked).toEqual([[longest]]);
  });
});

describe('a read of one question', () => {
  it('answers under the text of the question', async () => {
    const read = readOne('b', 0, async ({ a }: { a: number }) => a + 1);
    expect([read.limit, [...(await read.ask([{ a: 1 }], never))]]).toEqual([1, [['{"a":1}', 2]]]);
  });
});
