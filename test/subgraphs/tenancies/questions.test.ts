// What goes over the tenancies system's wire: one call for many keys, none of which gets out of its element.
import { describe, expect, it } from 'vitest';
import type { Asked } from '../wire.ts';
import { agreements, answering, home, homes, namespace, operationOf, over, overWire, sent } from './wire.ts';

describe('a question to the tenancies system', () => {
  it('is one SOAP call with the login in it, for all keys, each once and without padding', async () => {
    const wired = await overWire((asked) => answering(homes(), operationOf(asked)), {
      user: 'lin&tel',
      password: '<p>"w\'',
    });
    await wired.values('property', ['00001017', ' 00001042   ', '00001017 ']);
    const [asked, ...more] = wired.wire.asked;
    expect(more).toEqual([]);
    expect(asked).toMatchObject({
      method: 'POST',
      target: '/HousingService.svc',
      headers: { 'content-type': 'text/xml; charset=utf-8', soapaction: `"${namespace}/GetProperties"` },
    });
    expect(asked?.body).toContain(
      `<soap:Body><GetProperties xmlns="${namespace}"><DirectUser><UserName>lin&#38;tel</UserName>` +
        '<UserPassword>&#60;p&#62;&#34;w&#39;</UserPassword></DirectUser><SourceSystem>LINTEL</SourceSystem>' +
        '<CompanyCode>001</CompanyCode><PropRefs><PropRef>00001017</PropRef><PropRef>00001042</PropRef></PropRefs></GetProperties>',
    );
  });

  it('is matched to the keys as they were given, in whatever order the answer comes', async () => {
    const wired = await over(homes(home({ prop_ref: '00001042    ', cat_type: 'FLT' }), home({ cat_type: 'HSE' })));
    const values = await wired.values('property', [' 00001017', '00001042', '1017', '00001017']);
    expect(values).toMatchObject([{ category: 'HSE' }, { category: 'FLT' }, null, { category: 'HSE' }]);
  });

  it('has at most 50 keys a call', async () => {
    const wired = await over(({ body }) =>
      homes(...[...body.matchAll(/<PropRef>(.*?)<\/PropRef>/g)].map(([, ref = '']) => home({ prop_ref: ref }))),
    );
    const keys = Array.from({ length: 101 }, (_, i) => `P${i}`);
    expect(await wired.values('property', keys)).toMatchObject(
      keys.map((propertyReference) => ({ propertyReference })),
    );
    expect(wired.wire.asked.map((asked) => sent(asked, 'PropRef').length).sort()).toEqual([1, 50, 50]);
  });

  it('lets no key out of its element', async () => {
    const wired = await over(agreements());
    await wired.values('tenancy', ['</TagRef>2', 'a&b']);
    expect(sent(wired.wire.asked[0] as Asked, 'TagRef')).toEqual(['&#60;/TagRef&#62;2', 'a&#38;b']);
  });

  it('is not asked for what cannot be a reference', async () => {
    const wired = await over(homes());
    const keys = ['', '   ', 'a,b', 'x'.repeat(41), '1\u00002', '\uD800', 'caf\u00E9', { a: 1 }, null];
    expect(await wired.values('property', keys)).toEqual(keys.map(() => 'BAD_USER_INPUT'));
    expect(await wired.values('person', ['nohyphen'])).toEqual(['BAD_USER_INPUT']);
    expect(await wired.values('tenanciesOfPerson', ['nohyphen'])).toEqual(['BAD_USER_INPUT']);
    expect(wired.wire.asked).toEqual([]);
  });
});
