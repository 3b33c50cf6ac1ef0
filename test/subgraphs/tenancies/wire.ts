// The tenancies system's wire in tests: SOAP envelopes around rows as its tables hold them, padding and all.
import { tenancies } from '../../../subgraphs/tenancies/index.ts';
import { type Asked, type Backing, type Canned, startWired } from '../wire.ts';

/** The namespace of its operations. */
export const namespace = 'http://lintel.example/uhweb/2013/03';

/** The operation that is asked for. */
export const operationOf = ({ headers }: Asked) => /([^/]+)"$/.exec(String(headers.soapaction))?.[1] ?? '';
/** The texts of an element in a request, as sent. */
export const sent = ({ body }: Asked, name: string) =>
  [...body.matchAll(new RegExp(`<${name}>(.*?)</${name}>`, 'g'))].map(([, text]) => text);

/** The reply of one operation. */
export function answering(content: string, operation: string): { headers: Record<string, string>; body: string } {
  return {
    headers: { 'content-type': 'text/xml; charset=utf-8' },
    body:
      '<?xml version="1.0" encoding="utf-8"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>' +
      `<${operation}Response xmlns="${namespace}"><${operation}Result>${content}</${operation}Result></${operation}Response>` +
      '</s:Body></s:Envelope>',
  };
}
export const success = '<Success>true</Success><ErrorCode/><ErrorMessage/>';
export const failing = (code: string, more = '') =>
  `<Success>false</Success><ErrorCode>${code}</ErrorCode><ErrorMessage>SqlException at DBSRV01\\UH</ErrorMessage>${more}`;
export const rowOf = (name: string, fields: Record<string, string>) =>
  `<${name}>${Object.entries(fields)
    .map(([field, value]) => `<${field}>${value}</${field}>`)
    .join('')}</${name}>`;

export const home = (fields: Record<string, string> = {}) => rowOf('Property', { prop_ref: '00001017    ', ...fields });
export const tenancy = (fields: Record<string, string> = {}) =>
  rowOf('Tenancy', { tag_ref: '000017/01  ', prop_ref: '00001017    ', house_ref: '0000104   ', ...fields });
export const member = (fields: Record<string, string> = {}) =>
  rowOf('Member', { house_ref: '0000104   ', person_no: '2', ...fields });
export const homes = (...rows: string[]) => `${success}<Properties>${rows.join('')}</Properties>`;
export const agreements = (...rows: string[]) => `${success}<Tenancies>${rows.join('')}</Tenancies>`;
export const members = (...rows: string[]) => `${success}<Members>${rows.join('')}</Members>`;
export const entries = (...rows: string[]) => `${success}<Entries>${rows.join('')}</Entries>`;
export const transactions = (...rows: string[]) => `${success}<Transactions>${rows.join('')}</Transactions>`;

/** What to put in the envelope: always the same, or by the question. */
export type Content = string | ((asked: Asked) => string);

/** Starts the system over a wire that answers so, envelopes included. */
export async function overWire(answer: (asked: Asked) => Canned, login: Partial<Backing> = {}) {
  const wired = await startWired(tenancies, { tenancies: { ...login, answer } });
  return { ...wired, wire: wired.wires.tenancies };
}

/** Starts the system over a wire that gives each question this content. */
export const over = (content: Content) =>
  overWire((asked) => answering(typeof content === 'string' ? content : content(asked), operationOf(asked)));

/** What one key is read as, out of this content. */
export const readOne = async (kind: 'property' | 'tenancy' | 'person', key: string, content: string) =>
  (await over(content)).value(kind, key);
