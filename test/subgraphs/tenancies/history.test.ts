// What the tenancies system keeps of the past: rent statements, the contact log, the keys that have changed.
import { describe, expect, it } from 'vitest';
import type { Asked } from '../wire.ts';
import { entries, failing, over, rowOf, sent, success, transactions } from './wire.ts';

describe('a rent statement', () => {
  const transaction = (fields: Record<string, string>) => rowOf('Transaction', { real_value: '1.00', ...fields });

  it('is asked for in days of the British form, and given from first to last, both included', async () => {
    const wired = await over(
      transactions(
        transaction({ post_date: '2026-03-31T18:05:00', trans_type: 'HB ', real_value: '-80.00', balance: '20.10' }),
        transaction({ post_date: '2026-03-01', trans_type: 'RNT', real_value: '100.10', balance: '100.10' }),
        transaction({ post_date: '2026-04-01', trans_type: 'RNT' }),
        transaction({ post_date: '2026-03-15', trans_type: 'ZZZ' }),
      ),
    );
    const [lines] = await wired.values('rentStatement', [
      { tenancyReference: '000017/01', from: '2026-03-01', to: '2026-03-31' },
    ]);
    expect(lines).toEqual([
      { postedOn: '2026-03-01', type: 'RENT', typeCode: 'RNT', amount: { pence: 10010 }, balance: { pence: 10010 } },
      { postedOn: '2026-03-15', type: 'UNKNOWN', typeCode: 'ZZZ', amount: { pence: 100 }, balance: null },
      {
        postedOn: '2026-03-31',
        type: 'HOUSING_BENEFIT',
        typeCode: 'HB',
        amount: { pence: -8000 },
        balance: { pence: 2010 },
      },
    ]);
    const asked = wired.wire.asked[0] as Asked;
    expect([sent(asked, 'TagRef'), sent(asked, 'From'), sent(asked, 'To')]).toEqual([
      ['000017/01'],
      ['01/03/2026'],
      ['01/04/2026'],
    ]);
  });

  it('of a tenancy that is not there is empty', async () => {
    const wired = await over(failing('304'));
    expect(
      await wired.values('rentStatement', [{ tenancyReference: 'X', from: '2026-03-01', to: '2026-03-31' }]),
    ).toEqual([[]]);
  });
});

describe('what is logged and what has changed', () => {
  it('is a contact log, newest last', async () => {
    const wired = await over(
      entries(
        rowOf('Entry', { clog_date: '2026-10-25T02:10:00', clog_type: 'TEL', user_field1: '                    ' }),
        rowOf('Entry', { clog_date: '2026-10-25T01:50:00', clog_type: 'UPD', user_field1: 'LNT-1               ' }),
      ),
    );
    expect(await wired.values('contactLog', ['0000104-2'])).toEqual([
      [
        { loggedAt: '2026-10-25T01:50:00+01:00', type: 'UPD', externalReference: 'LNT-1' },
        { loggedAt: '2026-10-25T02:10:00+00:00', type: 'TEL', externalReference: null },
      ],
    ]);
  });

  it('are keys after a key, since an hour before: that hour may have come twice', async () => {
    const wired = await over(
      `${success}<Keys><Changed><key>000018/01 </key><tstamp>2026-10-25T01:10:00</tstamp></Changed></Keys>`,
    );
    const key = { entity: 'TENANCY', since: '2026-10-25T00:30:00Z', afterKey: '000017/01', maxRows: 100 };
    expect(await wired.values('changedSince', [key])).toEqual([
      [{ key: '000018/01', changedAt: '2026-10-25T01:10:00+01:00' }],
    ]);
    const asked = wired.wire.asked[0] as Asked;
    expect(['Entity', 'Since', 'AfterKey', 'MaxRows'].flatMap((name) => sent(asked, name))).toEqual([
      'TENANCY',
      '2026-10-25T00:30:00',
      '000017/01',
      '100',
    ]);
  });
});
