import { describe, expect, it } from 'vitest';
import { operationsOf } from '../../../schema/client/document.ts';

describe('operationsOf', () => {
  it.each([
    ['{ lines { items { name } } }', [{ kind: 'query', name: undefined }]],
    ['query Lines { lines { items { name } } }', [{ kind: 'query', name: 'Lines' }]],
    ['query ($id: ID!) { offer(offerNumber: $id) { status } }', [{ kind: 'query', name: undefined }]],
    ['query Q($in: In = { mutation: "x" }) @live { a }', [{ kind: 'query', name: 'Q' }]],
    ['mutation M($input: I!) { report(input: $input) { id } }', [{ kind: 'mutation', name: 'M' }]],
    ['subscription S { lines { name } }', [{ kind: 'subscription', name: 'S' }]],
    ['fragment mutation on Person { name } query Q { p { ...mutation } }', [{ kind: 'query', name: 'Q' }]],
    ['# query { a }\nmutation M { a }', [{ kind: 'mutation', name: 'M' }]],
    ['query Q { a(text: "} mutation M { b }") }', [{ kind: 'query', name: 'Q' }]],
    ['query Q { a(text: """ "quoted" } mutation M { b } """) }', [{ kind: 'query', name: 'Q' }]],
    [
      'query Q { a } mutation M { b }',
      [
        { kind: 'query', name: 'Q' },
        { kind: 'mutation', name: 'M' },
      ],
    ],
    ['nothing of ours', []],
  ])('reads %s', (text, operations) => {
    expect(operationsOf(text)).toEqual(operations);
  });
});
