// What a client gives with a write is checked field by field, and every problem is told at once.
import { describe, expect, it } from 'vitest';
import { openForm, shapes } from '../../../subgraphs/continuity/form.ts';

const nowMs = Date.parse('2026-07-02T12:00:00+01:00');
const day = (text: string, time = '09:00') => `2026-07-${text}T${time}:00+01:00`;

/** The problems of one check, as `field: message`. */
function problemsOf(given: object, check: (form: ReturnType<typeof openForm>) => void): string[] {
  const form = openForm(given, nowMs);
  check(form);
  const filled = form.filled({ fine: true });
  return 'problems' in filled ? filled.problems.map(({ field, message }) => `${field}: ${message}`) : [];
}

describe('a form', () => {
  it('tidies texts: blanks around and between words are one, and nothing that cannot be printed stays', () => {
    const form = openForm({ description: '  The tap\r\n\tdrips\u0000. ' }, nowMs);
    expect(form.text('description', 230)).toBe('The tap drips .');
    expect(form.filled('fine')).toBe('fine');
  });

  it('takes a text of the longest there is, and not one character more', () => {
    const check = (length: number) =>
      problemsOf({ description: 'x'.repeat(length) }, (form) => form.text('description', 230));
    expect(check(230)).toEqual([]);
    expect(check(231)).toEqual(['description: has 231 characters; at most 230 are taken.']);
    expect(check(0)).toEqual(['description: is blank.']);
  });

  it('tells every problem at once, those in lists by their place', () => {
    const given = { description: ' ', legs: [{ personReference: '0000104-2' }, { personReference: 'nobody' }] };
    const problems = problemsOf(given, (form) => {
      form.text('description', 10);
      for (const leg of form.each('legs')) leg.reference('personReference', shapes.person);
      form.reference('propertyReference', shapes.property);
    });
    expect(problems.map((problem) => problem.split(':')[0])).toEqual([
      'description',
      'legs.1.personReference',
      'propertyReference',
    ]);
  });

  it('takes references as sites have them, with zeros and slashes, without the blanks around them', () => {
    const of = (shape: (typeof shapes)[keyof typeof shapes], text: string) =>
      problemsOf({ it: text }, (form) => expect(form.reference('it', shape)).toBe(text.trim()));
    expect(of(shapes.property, ' 00023400    ')).toEqual([]);
    expect(of(shapes.application, 'APP/0012345')).toEqual([]);
    expect(of(shapes.exchange, 'MEX-2022-00071')).toEqual([]);
    expect(of(shapes.person, '0000104-2')).toEqual([]);
    for (const wrong of ['1234567890123', 'a b', 'a,b', 'é']) expect(of(shapes.property, wrong)).toHaveLength(1);
    for (const wrong of ['0000104', '-2', '0000104-x']) expect(of(shapes.person, wrong)).toHaveLength(1);
  });

  it('wants one of two references, and not both', () => {
    const check = (given: object) =>
      problemsOf(given, (form) => form.either(['workOrderReference', shapes.workOrder], ['receipt', shapes.own]));
    expect(check({ workOrderReference: '10001234' })).toEqual([]);
    expect(check({ receipt: 'R01K2' })).toEqual([]);
    expect(check({ workOrderReference: ' ' })).toHaveLength(1);
    expect(check({ workOrderReference: '10001234', receipt: 'R01K2' })).toHaveLength(1);
  });

  it('takes a window that is still to come, of a day at most, within a year', () => {
    const check = (start: string, end: string) =>
      problemsOf({ window: { start, end } }, (form) => form.window('window')).map((problem) => problem.split(':')[0]);
    expect(check(day('03'), day('03', '12:00'))).toEqual([]);
    expect(check(day('02'), day('02', '13:00'))).toEqual(['window.start']);
    expect(check(day('03'), day('03'))).toEqual(['window.end']);
    expect(check(day('03'), day('05'))).toEqual(['window.end']);
    expect(check('2028-07-03T09:00:00+01:00', '2028-07-03T10:00:00+01:00')).toEqual(['window.start']);
    expect(problemsOf({}, (form) => expect(form.window('window')).toBeNull())).toEqual([]);
  });

  it('takes a time that has been, or is as good as now, within a year', () => {
    const check = (at: string) => problemsOf({ at }, (form) => form.past('at'));
    expect(check(day('01'))).toEqual([]);
    expect(check(day('02', '12:04'))).toEqual([]);
    expect(check(day('02', '12:06'))).toHaveLength(1);
    expect(check('2024-07-01T09:00:00+01:00')).toHaveLength(1);
  });

  it('takes telephone numbers and e-mail addresses as people write them, and nothing else', () => {
    const telephone = (text: string) => problemsOf({ it: text }, (form) => form.telephone('it'));
    for (const fine of ['01632 960123', '+44 1632 960123', '00441632960123']) expect(telephone(fine)).toEqual([]);
    for (const wrong of ['ring my sister', '12', 'anonymous']) expect(telephone(wrong)).toHaveLength(1);
    const email = (text: string) => problemsOf({ it: text }, (form) => form.email('it'));
    for (const fine of ["o'neill+home@example.co.uk", 'a@b.uk']) expect(email(fine)).toEqual([]);
    for (const wrong of ['a@b', 'a b@c.uk', '@c.uk', `${'a'.repeat(250)}@c.uk`]) expect(email(wrong)).not.toEqual([]);
  });
});
