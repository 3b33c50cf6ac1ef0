// What an application learns from an answer: which error, and whether a null is an answer or a gap.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type Answer, whyNull } from '../../../schema/client/answer.ts';
import { errorOf } from '../../../schema/client/errors.ts';

interface Page {
  person: { name: string | null; calls: { items: string[] } | null; exchanges: { items: string[] } | null } | null;
  properties: ({ repairs: { items: string[] } | null } | null)[] | null;
}

const down = (affected: number, ...affectedPaths: (string | number)[][]) =>
  errorOf({
    message: 'The telephony system cannot be reached.',
    ...(affectedPaths[0] && { path: affectedPaths[0] }),
    extensions: { code: 'SYSTEM_DOWN', system: 'telephony', retryable: true, affected, affectedPaths },
  });

const data: Page = {
  person: { name: 'Katy', calls: null, exchanges: null },
  properties: [{ repairs: null }, { repairs: { items: [] } }, null],
};
const answer = (...errors: Answer<Page>['errors']): Answer<Page> => ({ data, errors });

describe('whyNull', () => {
  it('tells what could not be asked from what is not there', () => {
    const page = answer(down(1, ['person', 'calls']));
    expect(whyNull(page, 'person', 'calls')).toMatchObject({ code: 'SYSTEM_DOWN', system: 'telephony' });
    expect(whyNull(page, 'person', 'exchanges')).toBeNull();
  });

  it('finds every place that one failed call emptied, and a place below one', () => {
    const page = answer(down(2, ['person', 'calls'], ['properties', 0, 'repairs']));
    expect(whyNull(page, 'properties', 0, 'repairs')).not.toBeNull();
    expect(whyNull(page, 'properties', 0, 'repairs', 'items')).not.toBeNull();
    expect(whyNull(page, 'properties', 2)).toBeNull();
  });

  it('has no reason for what is there, whatever else failed', () => {
    const page = answer(down(1, ['person', 'calls']));
    expect(whyNull(page, 'person')).toBeNull();
    expect(whyNull(page, 'person', 'name')).toBeNull();
    expect(whyNull(page, 'properties', 1, 'repairs')).toBeNull();
  });

  it('finds the error below a null that it has caused', () => {
    const page: Answer<Page> = { data: { ...data, properties: null }, errors: [down(1, ['properties', 0, 'repairs'])] };
    expect(whyNull(page, 'properties')).not.toBeNull();
  });

  it('takes an error that names a list and none of its items for all of them', () => {
    expect(whyNull(answer(down(1, ['properties', 'repairs'])), 'properties', 0, 'repairs')).not.toBeNull();
  });

  it('does not guess "not there" past the places that an error could list', () => {
    const listed = [['properties', 7, 'repairs']];
    expect(whyNull(answer(down(1, ...listed)), 'properties', 0, 'repairs')).toBeNull();
    expect(whyNull(answer(down(500, ...listed)), 'properties', 0, 'repairs')).not.toBeNull();
    expect(whyNull(answer(down(500, ...listed)), 'person', 'calls')).toBeNull();
  });

  it('takes an error without a place for the whole answer', () => {
    const refused = errorOf({ message: 'Who are you?', extensions: { code: 'UNAUTHENTICATED' } });
    const nothing: Answer<Page> = { data: null, errors: [refused] };
    expect(whyNull(nothing, 'person', 'calls')).toBe(refused);
    expect(whyNull(nothing)).toBe(refused);
  });

  it('refuses a place that was not asked for, rather than call it empty', () => {
    // @ts-expect-error the type checker knows it too
    expect(() => whyNull(answer(), 'person', 'cals')).toThrow('there is no "cals"');
    expect(() => whyNull(answer(), 'properties', 3)).toThrow(TypeError);
  });
});

describe('errorOf', () => {
  it('knows every code that the server may send', () => {
    const contract = readFileSync('gateway/errors.ts', 'utf8').match(/'[A-Z]+(_[A-Z]+)+'/g) ?? [];
    const codes = new Set(contract.map((quoted) => quoted.slice(1, -1)));
    expect(codes.size).toBeGreaterThan(15);
    const unknown = [...codes].filter(
      (code) => errorOf({ message: '', extensions: { code, system: 'repairs' } }).code !== code,
    );
    expect(unknown).toEqual([]);
  });

  it('keeps what it does not know', () => {
    const error = errorOf({ message: 'New.', path: ['lines'], extensions: { code: 'NEW_CODE', more: 1 } });
    expect(error).toEqual({
      code: 'UNKNOWN',
      codeAsGiven: 'NEW_CODE',
      message: 'New.',
      path: ['lines'],
      retryable: false,
      extensions: { code: 'NEW_CODE', more: 1 },
    });
    expect(errorOf({ message: 'None.' })).toMatchObject({ code: 'UNKNOWN', codeAsGiven: null });
    // A system's code without its system keeps no promise of that code.
    expect(errorOf({ message: '', extensions: { code: 'SYSTEM_DOWN' } })).toMatchObject({
      code: 'UNKNOWN',
      codeAsGiven: 'SYSTEM_DOWN',
    });
  });

  it('has for each code the fields that go with it', () => {
    const error = down(1, ['person', 'calls']);
    if (error.code !== 'SYSTEM_DOWN') throw new Error('not narrowed');
    expect([error.system, error.affected, error.affectedPaths]).toEqual(['telephony', 1, [['person', 'calls']]]);
  });
});
