// How a call-back stands as Lintel's own record: who is still on the list, what requests that join it make of it, and which request
// settles another.
import { describe, expect, it } from 'vitest';
import type { Receipt } from '../../../subgraphs/continuity/intake.ts';
import type { ReceiptState } from '../../../subgraphs/continuity/mutation.ts';
import type { Own } from '../../../subgraphs/continuity/own.ts';
import {
  type CallbackContent,
  type CallbackRequest,
  callbacks,
  isSameAsker,
  openRequestOf,
  servedBy,
  stateOfRequest,
} from '../../../subgraphs/telephony/callback-record.ts';
import { callbackFields, callbacksOf, openCallbacks } from '../../../subgraphs/telephony/callbacks.ts';
import { createTestClock } from '../../clock.ts';
import { ownInMemory } from '../../own.ts';
import { receiptOf } from '../../receipts.ts';

const katy = { telephone: '+447700900123', personReference: '0000122-1', line: 'repairs', about: 'The tap.' };
const joins = { callback: 'A', sinceMs: 100, telephone: katy.telephone };

const request = (id: string, state: ReceiptState, input: Partial<CallbackRequest> = {}, more: Partial<Receipt> = {}) =>
  receiptOf({
    ...{ id, system: 'telephony', mutation: 'requestCallback', state, input: { ...katy, ...input } },
    ...{ acceptedAtMs: 100, changedAtMs: 100, ...more },
  });
/** What receipts, one after another, make of a record. */
function recordOf(...receipts: Receipt[]): CallbackContent {
  const content = receipts.reduce<CallbackContent | undefined>(callbacks.after, undefined);
  return content as CallbackContent;
}
const called = (callId: string) => ({ made: [{ id: callId, description: 'call' }] });

describe('a call-back', () => {
  it.each<[ReceiptState, 'OPEN' | 'CLOSED']>([
    ['QUEUED', 'OPEN'],
    ['SENDING', 'OPEN'],
    // Nobody knows whether they were rung: a colleague looks at it.
    ['AMBIGUOUS', 'OPEN'],
    ['PARKED', 'OPEN'],
    ['LOST', 'OPEN'],
    ['APPLIED', 'CLOSED'],
    ['REFUSED', 'CLOSED'],
    ['CANCELLED', 'CLOSED'],
    ['SETTLED', 'CLOSED'],
  ])('that is %s is %s', (state, filed) => {
    expect(callbacks.filed(recordOf(request('A', state))).state).toBe(filed);
    // It goes by how it stands now, however it stood before.
    expect(callbacks.filed(recordOf(request('A', 'QUEUED'), request('A', state))).state).toBe(filed);
  });

  it('is that of its own receipt, or the one that it joins', () => {
    expect(callbacks.idOf(request('A', 'QUEUED'))).toBe('A');
    expect(callbacks.idOf(request('B', 'QUEUED', { joins }))).toBe('A');
  });

  it('stands among others by when it was asked for, and is found by its person and by each number', () => {
    const late = recordOf(
      request('A', 'QUEUED', {}, { acceptedAtMs: 70 }),
      request('B', 'QUEUED', { joins, telephone: '+447700900124' }, { acceptedAtMs: 90 }),
    );
    expect(callbacks.filed(late)).toMatchObject({
      place: 70,
      terms: ['person\n0000122-1', 'telephone\n+447700900123', 'telephone\n+447700900124'],
    });
  });

  it('does not go back to how it stood before, where that is told late', () => {
    const rung = recordOf(
      request('A', 'APPLIED', {}, { changedAtMs: 300, ...called('LTL-1') }),
      request('A', 'QUEUED', {}, { changedAtMs: 200 }),
    );
    expect(rung).toMatchObject({ state: 'APPLIED', callId: 'LTL-1', appliedAtMs: 300 });
  });

  it('keeps which call it was, and when, once it is settled otherwise', () => {
    const lost = recordOf(
      request('A', 'APPLIED', {}, { changedAtMs: 300, ...called('LTL-1') }),
      request('A', 'SETTLED', {}, { changedAtMs: 400 }),
    );
    expect(lost).toMatchObject({ state: 'SETTLED', callId: 'LTL-1', appliedAtMs: 300 });
  });
});

describe('a request that joins another', () => {
  const joined = (state: ReceiptState, more: Partial<Receipt> = {}, id = 'B') =>
    request(id, state, { joins, about: 'The boiler.' }, more);

  it.each<[ReceiptState, ReceiptState, ReceiptState]>([
    ['QUEUED', 'QUEUED', 'QUEUED'],
    // Whichever of the two it was: they have been rung.
    ['APPLIED', 'QUEUED', 'APPLIED'],
    ['QUEUED', 'APPLIED', 'APPLIED'],
    ['CANCELLED', 'APPLIED', 'APPLIED'],
    // One that was taken back or refused leaves the other on the list.
    ['CANCELLED', 'QUEUED', 'QUEUED'],
    ['REFUSED', 'AMBIGUOUS', 'AMBIGUOUS'],
    ['QUEUED', 'REFUSED', 'QUEUED'],
    ['REFUSED', 'CANCELLED', 'REFUSED'],
  ])('the first being %s and it %s: both are %s', (first, second, both) => {
    expect(recordOf(request('A', first), joined(second)).state).toBe(both);
    // In whichever order they are told of.
    expect(recordOf(joined(second), request('A', first)).state).toBe(both);
  });

  it('is one of several, each once, by how it stands now', () => {
    const record = recordOf(
      request('A', 'CANCELLED'),
      joined('QUEUED'),
      joined('QUEUED', {}, 'C'),
      joined('REFUSED', { changedAtMs: 200 }),
    );
    expect(record.joined?.map(({ receipt, state }) => [receipt, state])).toEqual([
      ['C', 'QUEUED'],
      ['B', 'REFUSED'],
    ]);
    expect([record.state, stateOfRequest(record, 'A', 'A')]).toEqual(['QUEUED', 'CANCELLED']);
    expect(['B', 'C'].map((id) => stateOfRequest(record, 'A', id))).toEqual(['REFUSED', 'QUEUED']);
    // One that is not written down here yet has only just been accepted.
    expect(stateOfRequest(record, 'A', 'D')).toBe('QUEUED');
  });

  it('stays when the first changes, and keeps the call that it was rung by', () => {
    const record = recordOf(
      request('A', 'QUEUED'),
      joined('APPLIED', { changedAtMs: 250, ...called('LTL-2') }),
      request('A', 'APPLIED', {}, { changedAtMs: 300 }),
    );
    expect(record).toMatchObject({ joined: [{ receipt: 'B' }], callId: 'LTL-2' });
  });

  it('does not take the call of the first, nor its time, for its own', () => {
    const record = recordOf(
      request('A', 'APPLIED', {}, { changedAtMs: 200, ...called('LTL-1') }),
      joined('APPLIED', { changedAtMs: 250, ...called('LTL-2') }),
    );
    expect(record).toMatchObject({ callId: 'LTL-1', appliedAtMs: 200 });
  });

  it('is all there is where the first is forgotten: who asked, since when, and that they are on the list', () => {
    const record = recordOf(joined('QUEUED', { acceptedAtMs: 500 }));
    expect(record).toMatchObject({ ...katy, about: 'The boiler.', requestedAtMs: 100, state: 'QUEUED' });
  });

  it('shows all that was asked about, each once', () => {
    const record = recordOf(request('A', 'QUEUED'), joined('QUEUED'), joined('QUEUED', {}, 'C'));
    const fields = callbackFields({ id: 'A', state: 'OPEN', content: record, changedAtMs: 1 });
    expect(fields).toMatchObject({
      id: 'A',
      about: 'The tap. / The boiler.',
      person: { personReference: '0000122-1' },
    });
    const plain = recordOf(request('A', 'QUEUED', { about: null, personReference: null }));
    expect(callbackFields({ id: 'A', state: 'OPEN', content: plain, changedAtMs: 1 })).toMatchObject({
      ...{ about: null, person: null },
    });
  });
});

describe('one person', () => {
  const other = '+447700900124';
  it.each([
    ['the same person by another number', { ...katy, telephone: other }, true],
    ['another person by the same number', { ...katy, personReference: '0000122-2' }, false],
    ['nobody by name, by the same number', { ...katy, personReference: null }, true],
    ['nobody by name, by another number', { telephone: other, personReference: null }, false],
  ])('is %s', (_what, asker, same) => {
    expect(isSameAsker(katy, asker)).toBe(same);
    expect(isSameAsker(asker, katy)).toBe(same);
  });
});

describe('among the call-backs that are on record', () => {
  async function withRecords(...receipts: Receipt[]): Promise<Own> {
    const own = await ownInMemory(createTestClock(), 'telephony', { callback: callbacks });
    for (const receipt of receipts) await own.file(receipt);
    return own;
  }
  const call = { number: katy.telephone, line: 'repairs', personReference: katy.personReference };

  it('an open one of the same person for the same line is joined, the first of them', async () => {
    const own = await withRecords(
      request('done', 'APPLIED', {}, { acceptedAtMs: 10 }),
      request('rents', 'QUEUED', { line: 'rents' }, { acceptedAtMs: 20 }),
      request('another', 'QUEUED', { personReference: '0000122-2' }, { acceptedAtMs: 30 }),
      request('first', 'AMBIGUOUS', { telephone: '+447700900124' }, { acceptedAtMs: 40 }),
      request('second', 'QUEUED', {}, { acceptedAtMs: 50 }),
    );
    // By whichever number she asks: what is rung is the number that she gave first.
    const first = { callback: 'first', sinceMs: 40, telephone: '+447700900124' };
    expect(await openRequestOf(own, { ...katy, telephone: '+447700900124' })).toEqual(first);
    expect(await openRequestOf(own, { ...katy, telephone: '+447700900125' })).toEqual(first);
    expect(await openRequestOf(own, katy)).toMatchObject({ callback: 'second' });
    expect(await openRequestOf(own, { ...katy, line: 'voids' })).toBeNull();
    expect(await openRequestOf(own, { ...katy, telephone: '+447700900125', personReference: '9-1' })).toBeNull();
  });

  it('one that was rung since it was asked for settles another; one before does not, nor another line or person', async () => {
    const own = await withRecords();
    let people = 0;
    /** What settles a request of somebody new, of whom there is this one. */
    async function served(
      first: Partial<CallbackRequest>,
      acceptedAtMs: number,
      { id = '', joined = false, state = 'APPLIED' as ReceiptState } = {},
    ) {
      const asker = { personReference: `${++people}-1`, telephone: `+44770090${1000 + people}` };
      const receipt = id || `R${people}`;
      const rung = { acceptedAtMs: 10, changedAtMs: 300, ...called('LTL-1') };
      await own.file(request(receipt, state, { ...asker, ...first }, rung));
      const call = { number: asker.telephone, line: 'repairs', personReference: asker.personReference };
      return servedBy(own, { ...call, joins: joined ? receipt : null }, { receipt: 'me', acceptedAtMs });
    }
    const rung = { state: 'APPLIED', callId: 'LTL-1', atMs: 300 };
    expect(await served({}, 200)).toEqual(rung);
    // In the same moment: two that were asked for at once.
    expect(await served({}, 300)).toEqual(rung);
    expect(await served({}, 301)).toBeNull();
    // The one that it joined, whenever that was.
    expect(await served({}, 301, { joined: true })).toEqual(rung);
    expect(await served({ line: 'rents' }, 200)).toBeNull();
    expect(await served({ personReference: '999-1' }, 200)).toBeNull();
    expect(await served({}, 200, { state: 'REFUSED' })).toBeNull();
    // Itself.
    expect(await served({}, 200, { id: 'me' })).toBeNull();
  });

  it('one that was rung by the call of a request that joined it settles another, as of that call', async () => {
    const own = await withRecords(
      request('A', 'QUEUED'),
      request('B', 'APPLIED', { joins }, { changedAtMs: 250, ...called('LTL-2') }),
    );
    const rung = { state: 'APPLIED', callId: 'LTL-2', atMs: 250 };
    expect(await servedBy(own, call, { receipt: 'me', acceptedAtMs: 200 })).toEqual(rung);
    expect(await servedBy(own, call, { receipt: 'me', acceptedAtMs: 251 })).toBeNull();
  });

  it('one that a colleague has dealt with settles those that joined it, and no others', async () => {
    const own = await withRecords(request('A', 'SETTLED', {}, { changedAtMs: 300 }));
    const me = { receipt: 'me', acceptedAtMs: 200 };
    expect(await servedBy(own, { ...call, joins: 'A' }, me)).toEqual({ state: 'SETTLED' });
    expect(await servedBy(own, call, me)).toBeNull();
    // By hand, a person has said: there is no call to name.
    const done = await withRecords(request('A', 'APPLIED', {}, { changedAtMs: 300 }));
    expect(await servedBy(done, call, me)).toEqual({ state: 'SETTLED' });
  });

  it('are listed the open ones, oldest first, unless all are asked for; a person’s newest first', async () => {
    const own = await withRecords(
      request('new', 'QUEUED', {}, { acceptedAtMs: 30 }),
      request('old', 'PARKED', {}, { acceptedAtMs: 10 }),
      request('done', 'APPLIED', {}, { acceptedAtMs: 20 }),
      request('theirs', 'QUEUED', { personReference: '9-1' }, { acceptedAtMs: 40 }),
    );
    const listed = async (open?: boolean) => {
      const { kind, filter } = openCallbacks(open);
      return (await own.list(kind, { ...filter, first: 10, offset: 0 })).items.map(({ id }) => id);
    };
    expect(await listed()).toEqual(['old', 'new', 'theirs']);
    expect(await listed(true)).toEqual(['old', 'new', 'theirs']);
    expect(await listed(false)).toEqual(['old', 'done', 'new', 'theirs']);
    const hers = await callbacksOf(katy.personReference, { own: () => own } as Parameters<typeof callbacksOf>[1]);
    expect(hers.map(({ id }) => id)).toEqual(['new', 'done', 'old']);
  });
});
