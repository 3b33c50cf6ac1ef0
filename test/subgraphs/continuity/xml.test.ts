import { describe, expect, it } from 'vitest';
import {
  child,
  children,
  element,
  escapeXml,
  parseXml,
  soapAnswer,
  soapEnvelope,
  textOf,
} from '../../../subgraphs/continuity/xml.ts';

const garbled = expect.objectContaining({ failure: 'GARBLED' });

describe('XML of strangers', () => {
  it('keeps every value as the text it is', () => {
    const row = parseXml('<a><ref>000017/01</ref><n>007</n><e>1e5</e><t>true</t></a>');
    expect(row).toEqual({ a: { ref: '000017/01', n: '007', e: '1e5', t: 'true' } });
  });

  it('reads the standard entities and numeric ones, once', () => {
    expect(textOf(child(parseXml('<a>O&#39;Brien &amp; Sons &lt;1&gt; &#xA3;5</a>'), 'a'))).toBe(
      "O'Brien & Sons <1> £5",
    );
    expect(textOf(child(parseXml('<a>&amp;lt;</a>'), 'a'))).toBe('&lt;');
  });

  it('reads as many entities as a large answer honestly has', () => {
    const rows = children(child(parseXml(`<a>${'<b>Flat 1 &amp; 2</b>'.repeat(20_000)}</a>`), 'a'), 'b');
    expect(rows).toHaveLength(20_000);
    expect(rows.at(-1)).toBe('Flat 1 & 2');
  });

  it.each([
    ['empty', ''],
    ['no XML', 'Service Unavailable'],
    ['a page of HTML', '<html><body><p>Down<br></body></html>'],
    ['cut in a tag', '<a><b>1</b><b>2</'],
    ['cut between tags', '<a><b>1</b>'],
    ['with a document type', '<!DOCTYPE a><a/>'],
    ['with entities of its own', '<!DOCTYPE a [<!ENTITY x "boom">]><a>&x;</a>'],
    ['reaching into prototypes', '<a><__proto__><admin>1</admin></__proto__></a>'],
    ['nested without end', '<a>'.repeat(50_000) + '</a>'.repeat(50_000)],
  ])('refuses what is %s', (_what, text) => {
    expect(() => parseXml(text)).toThrow(garbled);
  });

  it('finds one child, all of a name, and none', () => {
    const list = child(parseXml('<l><i>1</i><i>2</i><one>x</one><none/></l>'), 'l');
    expect(children(list, 'i')).toEqual(['1', '2']);
    expect(children(list, 'one')).toEqual(['x']);
    expect(children(child(list, 'none'), 'i')).toEqual([]);
    expect(children(child(list, 'missing'), 'i')).toEqual([]);
    expect(child(list, 'i')).toBe('1');
  });

  it('reads the text of an element, whatever its attributes, and none of a nil or a missing one', () => {
    const row = child(
      parseXml('<r xmlns:xsi="x"><a kind="1"> t </a><b xsi:nil="true"/><c/><d><![CDATA[<&]]></d></r>'),
      'r',
    );
    expect(['a', 'b', 'c', 'd', 'missing'].map((name) => textOf(child(row, name)))).toEqual(['t', '', '', '<&', '']);
  });

  it('takes no element for a text', () => {
    expect(() => textOf(child(parseXml('<r><a><b>1</b></a></r>'), 'r'))).toThrow(garbled);
  });
});

describe('XML of ours', () => {
  it.each(['</Ref><Admin>1</Admin>', '"\'&<>', ']]>', '&amp;', '<!-- -->'])(
    'lets nothing out of its element: %s',
    (value) => {
      const written = parseXml(`<q>${element('Ref', value)}</q>`);
      expect(Object.keys(child(written, 'q') as object)).toEqual(['Ref']);
      expect(textOf(child(child(written, 'q'), 'Ref'))).toBe(value);
    },
  );

  it('leaves out what XML cannot hold', () => {
    expect(escapeXml('a\u0000b\u001Fc\uFFFEd\te')).toBe('abcd\te');
  });
});

describe('a SOAP answer', () => {
  const fault = '<soap:Fault><faultcode>soap:Server</faultcode><faultstring>boom</faultstring></soap:Fault>';

  it('is the element inside the body, whatever the prefixes', () => {
    const text = soapEnvelope(
      '<x:GetResponse xmlns:x="u"><x:GetResult><Success>true</Success></x:GetResult></x:GetResponse>',
    );
    expect(soapAnswer(text.replaceAll('soap:', 'S:').replace(':soap', ':S'), 'GetResponse')).toEqual({
      GetResult: { Success: 'true' },
    });
  });

  it('is a fault where it says so', () => {
    expect(() => soapAnswer(soapEnvelope(fault), 'GetResponse')).toThrow(expect.objectContaining({ failure: 'FAULT' }));
  });

  it.each(['<OtherResponse/>', ''])('is garbled where it answers something else: %s', (body) => {
    expect(() => soapAnswer(soapEnvelope(body), 'GetResponse')).toThrow(garbled);
    expect(() => soapAnswer('<GetResponse/>', 'GetResponse')).toThrow(garbled);
  });
});
