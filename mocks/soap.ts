// SOAP 1.1 as a server sees it: a request becomes an operation and a tree of text, an answer becomes escaped XML.
// Knows envelopes and faults; knows no system, no field and no code.
import { XMLParser, XMLValidator } from 'fast-xml-parser';

/** SOAP 1.1's own namespace. */
const ENVELOPE = 'http://schemas.xmlsoap.org/soap/envelope/';

/** One element as it came: prefixes dropped, namespace kept, text never turned into numbers, spaces in it kept. */
export interface Element {
  readonly name: string;
  readonly namespace: string;
  readonly text: string;
  readonly children: readonly Element[];
}

/** What a caller asked: the body's one element, and the SOAPAction header without its quotes (null: none was sent). */
export interface SoapRequest {
  readonly operation: string;
  readonly namespace: string;
  readonly action: string | null;
  readonly body: Element;
}

/** A gross fault: the request never reached the application. Answered by `faultResponse` with HTTP 500. */
export class SoapFault extends Error {
  readonly code: 'Client' | 'Server';
  constructor(code: 'Client' | 'Server', message: string) {
    super(message);
    this.code = code;
  }
}

/** XML that is already escaped. */
export interface Xml {
  readonly xml: string;
}

type ParsedNode = Record<string, unknown>;

const parser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: '',
  parseTagValue: false,
  parseAttributeValue: false,
  trimValues: false,
  ignoreDeclaration: true,
  ignorePiTags: true,
  htmlEntities: true, // numeric references such as &#163; too
});

/** Reads XML text into its root element. Throws a `SoapFault` for text that is not well-formed. */
export function parseXml(xml: string): Element {
  if (XMLValidator.validate(xml) !== true) throw new SoapFault('Client', 'The request is not well-formed XML.');
  for (const node of parser.parse(xml) as ParsedNode[]) {
    const element = elementFrom(node, {});
    if (element) return element;
  }
  throw new SoapFault('Client', 'The request has no root element.');
}

function elementFrom(node: ParsedNode, outer: Readonly<Record<string, string>>): Element | undefined {
  const tag = Object.keys(node).find((key) => key !== ':@' && !key.startsWith('#') && !key.startsWith('?'));
  if (tag === undefined) return undefined;
  const scope: Record<string, string> = { ...outer };
  for (const [name, value] of Object.entries((node[':@'] ?? {}) as Record<string, string>)) {
    if (name === 'xmlns') scope[''] = value;
    else if (name.startsWith('xmlns:')) scope[name.slice('xmlns:'.length)] = value;
  }
  const colon = tag.indexOf(':');
  const content = node[tag] as ParsedNode[];
  return {
    name: tag.slice(colon + 1),
    namespace: scope[colon < 0 ? '' : tag.slice(0, colon)] ?? '',
    text: content.map((part) => (typeof part['#text'] === 'string' ? part['#text'] : '')).join(''),
    children: content.flatMap((part) => elementFrom(part, scope) ?? []),
  };
}

/** Reads a SOAP 1.1 request without using up its body. Throws a `SoapFault` for anything that is not one. */
export async function readRequest(request: Request): Promise<SoapRequest> {
  const envelope = parseXml(await request.clone().text());
  if (envelope.name !== 'Envelope' || envelope.namespace !== ENVELOPE) {
    throw new SoapFault('Client', 'The request is not a SOAP 1.1 envelope.');
  }
  const body = child(envelope, 'Body')?.children[0];
  if (!body) throw new SoapFault('Client', 'The SOAP body is empty.');
  const action = request.headers.get('soapaction')?.trim().replace(/^"|"$/g, '') ?? null;
  return { operation: body.name, namespace: body.namespace, action, body };
}

/** The element that follows the start of a body, without its prefix. */
const FIRST_IN_BODY = /<(?:[\w.-]+:)?Body\b[^>]*>\s*<(?:[\w.-]+:)?([\w.-]+)/;

/**
 * The operation of a request, `unknown` where it cannot be read. For `Mock.operationOf`; the body stays unread. Looked
 * for, not parsed: the handler parses the same request again, and that is most of what it costs.
 */
export async function operationOf(request: Request): Promise<string> {
  return FIRST_IN_BODY.exec(await request.clone().text())?.[1] ?? 'unknown';
}

/** The first child of that name, going down one step a name: `child(body, 'DirectUser', 'UserName')`. */
export function child(element: Element, ...names: string[]): Element | undefined {
  let found: Element | undefined = element;
  for (const name of names) found = found?.children.find((one) => one.name === name);
  return found;
}

/** The text found at `child(...)`, trimmed; empty where there is no such element. */
export function text(element: Element, ...names: string[]): string {
  return child(element, ...names)?.text.trim() ?? '';
}

/** The trimmed texts of a list: `texts(body, 'TagRefs', 'TagRef')`; the last name is the repeated one. */
export function texts(element: Element, ...names: string[]): string[] {
  const parent = child(element, ...names.slice(0, -1));
  return (parent?.children ?? []).filter((one) => one.name === names.at(-1)).map((one) => one.text.trim());
}

/** Most texts have nothing to escape, and a big answer has ten thousand texts. */
const TO_ESCAPE = /[&<>"\p{Cc}]/u;

/** Escapes text for an element or an attribute; control characters, which XML 1.0 cannot carry, are left out. */
export function escapeXml(value: string): string {
  if (!TO_ESCAPE.test(value)) return value;
  const clean = value.replace(/\p{Cc}/gu, (char) => ('\t\n\r'.includes(char) ? char : ''));
  return clean.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

/** Writes an element: `tag('a xmlns="b"', tag('c', 'text & more'))`. Text is escaped, `Xml` is taken as it is. */
export function tag(nameAndAttributes: string, ...content: (Xml | string | number | boolean)[]): Xml {
  let inner = '';
  for (const part of content) inner += typeof part === 'object' ? part.xml : escapeXml(String(part));
  const space = nameAndAttributes.indexOf(' ');
  const name = space < 0 ? nameAndAttributes : nameAndAttributes.slice(0, space);
  return { xml: inner === '' ? `<${nameAndAttributes} />` : `<${nameAndAttributes}>${inner}</${name}>` };
}

/** One element for each entry, in the entries' order: `fields({ tag_ref: '000017/01' })`. */
export function fields(values: Readonly<Record<string, string | number | boolean>>): Xml {
  let xml = '';
  for (const name of Object.keys(values)) xml += tag(name, values[name] ?? '').xml;
  return { xml };
}

/** An answer: the body's content in an envelope, HTTP 200 unless told otherwise. */
export function soapResponse(content: Xml, status = 200): Response {
  const body = `<?xml version="1.0" encoding="utf-8"?><soap:Envelope xmlns:soap="${ENVELOPE}"><soap:Body>${content.xml}</soap:Body></soap:Envelope>`;
  return new Response(body, { status, headers: { 'content-type': 'text/xml; charset=utf-8' } });
}

/** A `soap:Fault` with HTTP 500. `detail` is what a badly configured server gives away: never to be shown to people. */
export function faultResponse(code: 'Client' | 'Server', message: string, detail = ''): Response {
  const parts = [tag('faultcode', `soap:${code}`), tag('faultstring', message), tag('detail', detail)];
  return soapResponse(tag('soap:Fault', ...parts), 500);
}
