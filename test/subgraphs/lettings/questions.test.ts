// What goes over the lettings system's wire: many references a call, each encoded.
import { describe, expect, it } from 'vitest';
import { listing, over } from './wire.ts';

describe('a question to the lettings system', () => {
  it('is asked within a session that all share, with each reference encoded', async () => {
    const wired = await over(listing([]));
    await Promise.all([
      wired.values('application', ['APP/0012302', ' APP/0012303 ', 'a&b=c']),
      wired.values('offer', ['0040001']),
    ]);
    const [login, ...rest] = wired.wire.asked;
    expect(login).toMatchObject({
      method: 'POST',
      target: '/session',
      headers: { 'content-type': 'application/json' },
    });
    expect(JSON.parse(login?.body ?? '')).toEqual({ username: 'lintel', password: 'open sesame' });
    expect(rest.map(({ target, headers }) => [target, headers.authorization]).sort()).toEqual([
      ['/applications?refs=APP%2F0012302,APP%2F0012303,a%26b%3Dc&offset=0&limit=100', 'Bearer token-1'],
      ['/offers?refs=0040001&offset=0&limit=100', 'Bearer token-1'],
    ]);
  });

  it('has at most 40 references a call', async () => {
    const wired = await over((asked) =>
      listing((asked.query.get('refs') ?? '').split(',').map((offerNo) => ({ offerNo }))),
    );
    const keys = Array.from({ length: 81 }, (_, i) => `${1000 + i}`);
    expect(await wired.values('offer', keys)).toMatchObject(keys.map((offerNumber) => ({ offerNumber })));
    expect(
      wired
        .lists()
        .map((asked) => asked.query.get('refs')?.split(',').length)
        .sort(),
    ).toEqual([1, 40, 40]);
  });

  it('is matched to the keys as they were given, in whatever order the answer comes', async () => {
    const wired = await over(listing([{ offerNo: '2 ', status: '20' }, { offerNo: 1, status: 10 }, { offerNo: '9' }]));
    expect(await wired.values('offer', ['1', ' 2', '3'])).toMatchObject([
      { offerNumber: '1', status: 'MADE' },
      { offerNumber: '2', status: 'VIEWING_BOOKED' },
      null,
    ]);
  });

  it('is not asked for what cannot be a reference', async () => {
    const wired = await over(listing([]));
    const keys = ['', '  ', 'a,b', 'x'.repeat(41), '\uD800', '1\n2', { a: 1 }, null];
    expect(await wired.values('offer', keys)).toEqual(keys.map(() => 'BAD_USER_INPUT'));
    expect(await wired.values('exchangesOfPerson', keys)).toEqual(keys.map(() => 'BAD_USER_INPUT'));
    expect(wired.wire.asked).toEqual([]);
  });
});
