// XML of strangers, read without trust, and XML of ours, written so that no value can break out of its element.
import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { WireError } from './errors.ts';

/** A parsed element: a string where it holds only text, else its children (attributes begin with `@`). */
export type XmlValue = string | { [name: string]: XmlValue | XmlValue[] };

/** No reply of any wire is near this many characters; a larger one is a fault or an attack. */
const largestXml = 16 * 1024 * 1024;

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  removeNSPrefix: true,
  parseTagValue: false,
  parseAttributeValue: false,
  trimValues: true,
  // The five of the standard, and numeric ones; a document that brings entities of its own is refused before this.
  processEntities: true,
  htmlEntities: true,
});

/**
 * Reads a document: namespace prefixes gone, all values text, leading and trailing space gone.
 * @throws WireError GARBLED when it is not well-formed, too large, or has a DTD.
 */
export function parseXml(text: string): { [name: string]: XmlValue | XmlValue[] } {
  if (text.length > largestXml) throw new WireError('GARBLED', `XML of ${text.length} characters`);
  if (/<!(DOCTYPE|ENTITY)/i.test(text)) throw new WireError('GARBLED', 'XML with a document type');
  if (XMLValidator.validate(text) !== true) throw new WireError('GARBLED', 'XML that is not well-formed');
  try {
    return parser.parse(text);
  } catch {
    // Nested deeper than anything real, or with names that would reach into our own objects.
    throw new WireError('GARBLED', 'XML that is not for reading');
  }
}

/** Makes a text safe inside an element or attribute; characters that XML cannot hold at all are left out. */
export function escapeXml(value: string): string {
  return (
    value
      // biome-ignore lint/suspicious/noControlCharactersInRegex: XML 1.0 cannot hold them, not even escaped.
      .replace(/[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/g, '')
      .replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
  );
}

/** One element with a text value, escaped. */
export function element(name: string, value: string | number | boolean): string {
  return `<${name}>${escapeXml(String(value))}</${name}>`;
}

/** The one child of that name, or undefined. Of several, the first. */
export function child(value: XmlValue | undefined, name: string): XmlValue | undefined {
  if (value === undefined || typeof value === 'string') return undefined;
  const found = value[name];
  return Array.isArray(found) ? found[0] : found;
}

/** All children of that name: an empty list where there is none, or where the element is empty. */
export function children(value: XmlValue | undefined, name: string): XmlValue[] {
  if (value === undefined || typeof value === 'string') return [];
  const found = value[name];
  if (found === undefined) return [];
  return Array.isArray(found) ? found : [found];
}

/**
 * The text of an element: empty where it is missing, empty or nil. Of several, the first's.
 * @throws WireError GARBLED where it holds other elements.
 */
export function textOf(value: XmlValue | XmlValue[] | undefined): string {
  const first = Array.isArray(value) ? value[0] : value;
  if (first === undefined || typeof first === 'string') return first ?? '';
  const { '#text': text = '', ...rest } = first;
  if (typeof text !== 'string' || Object.keys(rest).some((name) => !name.startsWith('@'))) {
    throw new WireError('GARBLED', 'elements where a text was expected');
  }
  return text;
}

const soapNamespace = 'http://schemas.xmlsoap.org/soap/envelope/';

/** A SOAP 1.1 envelope around a body that is already XML. */
export function soapEnvelope(body: string): string {
  return `<?xml version="1.0" encoding="utf-8"?><soap:Envelope xmlns:soap="${soapNamespace}"><soap:Body>${body}</soap:Body></soap:Envelope>`;
}

/**
 * The element inside a SOAP answer's body.
 * @throws WireError FAULT for a soap:Fault; GARBLED when it is no SOAP, or another element than the one expected.
 */
export function soapAnswer(text: string, expected: string): XmlValue {
  const body = child(child(parseXml(text), 'Envelope'), 'Body');
  if (child(body, 'Fault') !== undefined) throw new WireError('FAULT', 'a SOAP fault');
  const answer = child(body, expected);
  if (answer === undefined) throw new WireError('GARBLED', `a SOAP answer without ${expected}`);
  return answer;
}
