// Lists of the lettings system, page by page to their end: complete, or no answer at all.
import { describe, expect, it } from 'vitest';
import type { Answering, Asked, Canned } from '../wire.ts';
import { json, listing, over } from './wire.ts';

describe('a list', () => {
  const rows = Array.from({ length: 250 }, (_, i) => ({ offerNo: `${i}`, appRef: 'APP/1' }));
  const page = (asked: Asked, most: number) => {
    const offset = Number(asked.query.get('offset'));
    return rows.slice(offset, offset + Math.min(most, Number(asked.query.get('limit'))));
  };
  /** How many it is read as, or the code of the error; and in how many calls. */
  const read = async (answer: Canned | Answering) => {
    const wired = await over(answer);
    const offers = await wired.value('offersOfApplication', 'APP/1');
    return { count: Array.isArray(offers) ? offers.length : offers, calls: wired.lists().length };
  };

  it.each([
    [100, 3],
    [60, 5],
  ])('is followed to its end in pages of %i', async (most, calls) => {
    const answer = (asked: Asked) => listing(page(asked, most), most === 100 ? 250 : '250');
    expect(await read(answer)).toEqual({ count: 250, calls });
  });

  it('that shifts while it is read gives nothing twice', async () => {
    const answer = ({ query }: Asked) =>
      listing(query.get('offset') === '0' ? rows.slice(0, 100) : rows.slice(99, 110), 111);
    expect(await read(answer)).toMatchObject({ count: 110 });
  });

  it('that grows shorter while it is read ends where it ends', async () => {
    const answer = ({ query }: Asked) =>
      query.get('offset') === '0' ? listing(rows.slice(0, 100), 101) : listing([], 100);
    expect(await read(answer)).toMatchObject({ count: 100 });
  });

  it.each([
    ['that stops before its end', listing([], 3)],
    ['without a count', listing(rows.slice(0, 3), null)],
    ['with a count that is none', listing([], '')],
    ['without results', json({ metadata: { resultset: { count: 0 } } })],
    ['that is bare', json([])],
    ['with a row without its key', listing([{ offerNo: '  ', appRef: 'APP/1' }])],
    ['with a row that is none', listing([null])],
    ['with a day that never was', listing([{ offerNo: '1', appRef: 'APP/1', plannedStart: '30022026' }])],
    ['with a day in another form', listing([{ offerNo: '1', appRef: 'APP/1', plannedStart: '2026-02-01' }])],
    ['that is cut', { body: '{"metadata":{"resultset":{"count":1}},"results":[{"offer' }],
    ['that is a page of HTML', { body: '<html>Log in</html>' }],
  ] as [string, Canned][])('%s is garbled, not shorter', async (_what, answer) => {
    expect(await read(answer)).toMatchObject({ count: 'SYSTEM_GARBLED' });
  });

  it('of adverts is asked for a page at a time', async () => {
    const adverts = Array.from({ length: 30 }, (_, i) => ({ advertNo: `${i}` }));
    const wired = await over((asked) => {
      const [offset, limit] = ['offset', 'limit'].map((name) => Number(asked.query.get(name))) as [number, number];
      return listing(adverts.slice(offset, offset + limit), 30);
    });
    const pages = await wired.values('adverts', [
      { offset: 0, limit: 20 },
      { offset: 20, limit: 20 },
    ]);
    expect(pages).toMatchObject([
      { totalCount: 30, hasMore: true, items: { length: 20 } },
      { totalCount: 30, hasMore: false, items: [{ advertNumber: '20' }, ...Array(9).fill({})] },
    ]);
    expect(wired.lists()[0]?.query.get('cycle')).toBe('open');
  });

  it('of changes is asked for since an hour before: that hour may have come twice', async () => {
    const wired = await over(
      listing(
        [
          { kind: 'offer', ref: '0040003 ' },
          { kind: 'tenure', ref: 7 },
        ],
        102,
      ),
    );
    expect(await wired.values('changes', [{ since: '2026-10-25T00:30:40Z', offset: 100 }])).toEqual([
      {
        items: [
          { kind: 'offer', ref: '0040003' },
          { kind: 'tenure', ref: '7' },
        ],
        totalCount: 102,
        hasMore: false,
      },
    ]);
    expect(wired.lists().map(({ target }) => target)).toEqual([
      '/changes?since=25%2F10%2F2026%2000%3A30&offset=100&limit=100',
    ]);
  });
});
