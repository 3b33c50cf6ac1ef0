// What the dispatch list shows of emergencies that the journal alone has.
import { expect, it } from 'vitest';
import { journalled } from '../../gateway/journalled.ts';
import type { Accepted } from '../../subgraphs/continuity/intake/accepted.ts';

const report = { propertyReference: '00001017', description: 'The ceiling has come down.' };

const accepted = (id: string, input: unknown, more: Partial<Accepted> = {}) =>
  ({ id, acceptedAtMs: 1_000, channel: 'PHONE', input, ...more }) as Accepted;

it('each report stands there in the order of acceptance, with when it was told and all that whoever goes has to know', () => {
  const notes = { accessNotes: 'Dog.', reportedBy: '0000122-1' };
  expect(
    journalled([
      accepted('R2', { ...report, ...notes, urgency: 'EMERGENCY' }, { receivedAtMs: 400 }),
      accepted('R1', report),
      accepted('R3', { ...report, accessNotes: null, reportedBy: null }, { channel: 'WEB' }),
    ]),
  ).toEqual([
    { id: 'R2', receivedAtMs: 400, channel: 'PHONE', ...report, ...notes },
    { id: 'R1', receivedAtMs: 1_000, channel: 'PHONE', ...report, accessNotes: null, reportedBy: null },
    { id: 'R3', receivedAtMs: 1_000, channel: 'WEB', ...report, accessNotes: null, reportedBy: null },
  ]);
});

it('what is no report of a repair is left out, and hides none that is', () => {
  const others = [{ personReference: '0000122-1' }, null, 'x', { ...report, propertyReference: 7 }];
  const all = [...others.map((input, at) => accepted(`X${at}`, input)), accepted('R1', report)];
  expect(journalled(all).map(({ id }) => id)).toEqual(['R1']);
});
