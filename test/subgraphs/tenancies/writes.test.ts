// Changes of the tenancies system: contact details, over its mock and over answers written here.
import { describe, expect, it } from 'vitest';
import { tenancies } from '../../../subgraphs/tenancies/index.ts';
import type { Asked } from '../wire.ts';
import { startMockedSteps, startSteps, stepsConform } from '../writes.ts';
import { answering, entries, failing, member, members, operationOf, rowOf, sent, success } from './wire.ts';

stepsConform(tenancies, {
  updateContactDetails: {
    operation: 'UpdateContactDetails',
    change({ world, turn, read }) {
      const { personReference } = world.cast.katy;
      return {
        input: { personReference, telephone: `0770090${1000 + turn}` },
        times: async (reference) =>
          (await read('contactLog', personReference)).filter(
            (entry: { externalReference: string | null }) => entry.externalReference === reference,
          ).length,
      };
    },
  },
});

describe('a change of contact details', () => {
  const personReference = '0000104-2';
  const person = member({
    telephone: '07700 900123 (after 6pm)   ',
    email: 'katy@example.org   ',
    pref_contact: 'Q',
  });

  async function over(update: string, log = entries()) {
    const wired = await startSteps(tenancies, {
      tenancies: {
        answer: (asked) => {
          const operation = operationOf(asked);
          const content = { GetHousehold: members(person, member({ person_no: '1' })), GetContactLog: log }[operation];
          return answering(content ?? update, operation);
        },
      },
    });
    const wire = wired.wires.tenancies;
    return {
      ...wired,
      wire,
      updates: () => wire.asked.filter((asked) => operationOf(asked) === 'UpdateContactDetails'),
    };
  }
  const change = { personReference, telephone: '020 7946 0123' };

  it('sends what is not to change as the system has it now, to the letter, and its reference', async () => {
    const { apply, updates, wire } = await over(success);
    expect(await apply('updateContactDetails', change)).toBeNull();
    const [update, ...others] = updates();
    expect(others).toEqual([]);
    const texts = ['PersonRef', 'Telephone', 'Email', 'PrefContact', 'UserField1'].flatMap((name) =>
      sent(update as Asked, name),
    );
    expect(texts).toEqual([personReference, '020 7946 0123', 'katy@example.org', 'Q', 'LTL-1']);
    expect(sent(wire.asked[0] as Asked, 'HouseRef')).toEqual(['0000104']);
  });

  it('takes out what is to be taken out, and writes a preference by its code', async () => {
    const { apply, updates } = await over(success);
    await apply('updateContactDetails', { personReference, email: null, preferredContact: 'SMS' });
    const [update] = updates() as [Asked];
    expect(sent(update, 'Email')).toEqual(['']);
    expect(sent(update, 'Telephone')).toEqual(['07700 900123 (after 6pm)']);
    expect(sent(update, 'PrefContact')).toEqual(['S']);
  });

  it.each(['0000104-9', 'nobody'])('of %s, who is not there, is refused and not sent', async (nobody) => {
    const { failure, updates, sendings } = await over(success);
    const { failure: kind, reason } = await failure('updateContactDetails', { ...change, personReference: nobody });
    expect([kind, reason]).toEqual(['REFUSAL', 'The tenancies system has nobody under this reference.']);
    expect(updates()).toEqual([]);
    expect(sendings()).toBe(0);
  });

  it.each([
    ['201', 'LOCKED'],
    ['210', 'REFUSAL'],
    ['301', 'REFUSAL'],
    ['299', 'REFUSAL'],
    ['101', 'CREDENTIALS'],
    ['900', 'FAULT'],
    ['901', 'FAULT'],
    ['910', 'UNAVAILABLE'],
  ])('that is answered with error %s has failed by %s', async (code, kind) => {
    const { failure, sendings } = await over(failing(code, '<RetryAfterMinutes>5</RetryAfterMinutes>'));
    const { failure: told, reason, retryAfterMs } = await failure('updateContactDetails', change);
    expect(told).toBe(kind);
    expect(reason ?? '').not.toMatch(/Sql|DBSRV/);
    if (kind === 'REFUSAL') expect(reason).toMatch(/^The tenancies system .+\.$/);
    if (kind === 'LOCKED' || kind === 'UNAVAILABLE') expect(retryAfterMs).toBeGreaterThan(0);
    expect(sendings()).toBe(1);
  });

  it.each([400, 403])(
    'is not given up for a page that something in front of the system answers with %i',
    async (status) => {
      const { failure } = await startSteps(tenancies, {
        tenancies: {
          answer: (asked) => {
            const operation = operationOf(asked);
            return operation === 'GetHousehold' ? answering(members(person), operation) : { status, body: '<html>' };
          },
        },
      });
      expect(await failure('updateContactDetails', change)).toMatchObject({ failure: 'FAULT' });
    },
  );

  it('is found by its reference, and by no other', async () => {
    const log = entries(
      rowOf('Entry', { clog_date: '2022-06-27T09:00:00', clog_type: 'UPD', user_field1: 'LTL-1               ' }),
      rowOf('Entry', { clog_date: '1900-01-01', clog_type: 'TEL', user_field1: '' }),
    );
    const { find } = await over(success, log);
    expect(await find('updateContactDetails', change)).toBeNull();
    expect(await find('updateContactDetails', change, { reference: 'LTL-11' })).toBeUndefined();
    expect(await find('updateContactDetails', change, { reference: 'LTL' })).toBeUndefined();
  });

  it.each<[string, object, boolean, string]>([
    [
      'as the system has them now',
      { telephone: '07700 900123 (after 6pm)', email: 'KATY@example.org' },
      false,
      'THERE',
    ],
    ['of another telephone', { telephone: '020 7946 0123' }, false, 'MISSING'],
    ['of another address', { email: 'ben@example.org' }, false, 'MISSING'],
    ['of another preference', { preferredContact: 'SMS' }, false, 'MISSING'],
    // Every one of them, not one.
    [
      'of the telephone, and another address',
      { telephone: '07700 900123 (after 6pm)', email: 'a@b.c' },
      false,
      'MISSING',
    ],
    ['of another telephone, and changed again since', { telephone: '020 7946 0123' }, true, 'UNTOLD'],
  ])('that the log has lost is looked for in the details themselves: %s', async (_what, given, superseded, trace) => {
    const { adapter } = await over(success);
    const input = { personReference, ...given };
    const applied = { input, made: null, acceptedAtMs: 1, appliedAtMs: 2, superseded, seen: true };
    const { lookUp } = adapter.steps?.updateContactDetails ?? {};
    const look = (reference: string) => lookUp?.look([{ ...applied, reference }], new AbortController().signal);
    expect(await look('LTL-1')).toEqual([trace]);
  });

  it('that the log has is there, whatever the details are by now; one of nobody is missing', async () => {
    const log = entries(rowOf('Entry', { clog_date: '2022-06-27T09:00:00', clog_type: 'UPD', user_field1: 'LTL-1' }));
    const look = async (reference: string, who: string, has: string) => {
      const { lookUp } = (await over(success, has)).adapter.steps?.updateContactDetails ?? {};
      const input = { personReference: who, telephone: '020 7946 0123' };
      const applied = { input, reference, made: null, acceptedAtMs: 1, appliedAtMs: 2, superseded: false, seen: true };
      return lookUp?.look([applied], new AbortController().signal);
    };
    expect(await look('LTL-1', personReference, log)).toEqual(['THERE']);
    expect(await look('LTL-1', '0000104-9', entries())).toEqual(['MISSING']);
  });

  it('is not said to be missing where the log cannot be had', async () => {
    const { find } = await over(success, failing('900'));
    await expect(find('updateContactDetails', change)).rejects.toMatchObject({ failure: 'FAULT' });
  });
});

describe('over made-up tenancies', () => {
  it('a record that somebody has open is to be asked for again, and is then changed', async () => {
    const { mocks, apply, failure, read } = await startMockedSteps(tenancies);
    for (const [index, { personRef }] of mocks.world.members.entries()) {
      const change = { personReference: personRef, telephone: '020 7946 0123' };
      const reference = `LTL-${index}`;
      const error = await failure('updateContactDetails', change, { reference }).catch(() => null);
      if (!error) continue;
      expect(error).toMatchObject({ failure: 'LOCKED', reason: expect.stringMatching(/locked for another user/) });
      expect(await read('contactLog', personRef)).not.toContainEqual(
        expect.objectContaining({ externalReference: reference }),
      );
      await apply('updateContactDetails', change, { reference });
      expect(await read('person', personRef)).toMatchObject({ telephoneAsRecorded: '020 7946 0123' });
      return;
    }
    expect.unreachable('one record in fifty is locked');
  });

  it('a change of the telephone leaves the rest as it was', async () => {
    const { mocks, apply, read } = await startMockedSteps(tenancies);
    const { personReference } = mocks.world.cast.david;
    const before = await read('person', personReference);
    await apply('updateContactDetails', { personReference, telephone: '020 7946 0123' });
    const telephone = { telephoneAsRecorded: '020 7946 0123', telephoneNumbers: ['+442079460123'] };
    expect(await read('person', personReference)).toEqual({ ...before, ...telephone });
  });
});
