// The lettings wire as strangers may build it: what its description leaves open, answered in another way than usual.
import { describe, expect, it } from 'vitest';
import { type Asked, until } from '../wire.ts';
import { listing, over } from './wire.ts';

describe('a list of a server that counts the page and not the list', () => {
  const offers = Array.from({ length: 230 }, (_, i) => ({ offerNo: `${i}`, appRef: 'APP/1' }));
  const adverts = (count: number) => Array.from({ length: count }, (_, i) => ({ advertNo: `${i}`, propRef: '1' }));
  const counting = (rows: object[]) => (asked: Asked) => {
    const offset = Number(asked.query.get('offset'));
    return listing(rows.slice(offset, offset + Number(asked.query.get('limit'))));
  };

  it('is followed to its end', async () => {
    const wired = await over(counting(offers));
    expect(await wired.value('offersOfApplication', 'APP/1')).toHaveLength(230);
    expect(wired.lists().map(({ query }) => query.get('offset'))).toEqual(['0', '100', '200']);
  });

  it.each([
    [137, 0, 40, { items: 40, totalCount: 137, hasMore: true }],
    [137, 80, 40, { items: 40, totalCount: 137, hasMore: true }],
    [137, 120, 40, { items: 17, totalCount: 137, hasMore: false }],
    [100, 0, 100, { items: 100, totalCount: 100, hasMore: false }],
    [3, 0, 40, { items: 3, totalCount: 3, hasMore: false }],
    [0, 0, 40, { items: 0, totalCount: 0, hasMore: false }],
  ])('of %i says from %i on, %i at most, how many there are in all', async (count, offset, limit, expected) => {
    const wired = await over(counting(adverts(count)));
    const page = await wired.value('adverts', { offset, limit });
    expect({ ...page, items: page.items.length }).toEqual(expected);
  });

  it('costs one that counts the list no call more', async () => {
    const all = adverts(137);
    const wired = await over((asked) => listing(all.slice(0, Number(asked.query.get('limit'))), 137));
    const page = await wired.value('adverts', { offset: 0, limit: 40 });
    expect(page).toMatchObject({ totalCount: 137, hasMore: true });
    expect(wired.lists()).toHaveLength(1);
  });
});

describe('many readers at the same time', () => {
  it('share the few calls that the wire allows in a second', async () => {
    const wired = await over(({ query }) => {
      const refs = query.get('refs')?.split(',') ?? [];
      return listing(refs.map((appRef) => ({ appRef, status: '300' })));
    });
    const references = Array.from({ length: 60 }, (_, i) => `APP/${i}`);
    const all = Promise.all(references.map((reference) => wired.value('application', reference)));
    // The first go at once; with the login that is one more than the wire allows, so that the last waits with the others.
    await until(() => wired.lists().length === 5);
    await wired.clock.advance(350);
    await until(() => wired.lists().length === 8);
    expect(await all).toEqual(
      references.map((applicationReference) => expect.objectContaining({ applicationReference })),
    );
    expect(
      wired
        .lists()
        .map(({ query }) => query.get('refs')?.split(',').length)
        .sort(),
    ).toEqual([1, 1, 1, 1, 1, 1, 14, 40]);
  });
});
