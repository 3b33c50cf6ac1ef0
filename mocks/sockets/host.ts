// Which requests a port of the mocks takes: those whose target is a plain path, and whose host is this machine. A web page
// can make its own name point here (DNS rebinding), and would read and break the mocks. Knows no wire.
import type { IncomingMessage } from 'node:http';

/** Why a request is not taken. */
export interface Refused {
  status: 400 | 421;
  why: string;
}

/**
 * Why a request is not taken, or null.
 * @param hosts taken besides the loopback ones, in lower case, as `mocks.example` or `mocks.example:4010`.
 */
export function refusedBy({ url = '', rawHeaders }: IncomingMessage, hosts: ReadonlySet<string>): Refused | null {
  if (!plainTarget(url)) return { status: 400, why: 'The target of a request is a plain path, and perhaps a query.' };
  const given = rawHeaders.flatMap((name, at) =>
    at % 2 === 0 && name.toLowerCase() === 'host' ? [rawHeaders[at + 1]?.toLowerCase() ?? ''] : [],
  );
  const [host = ''] = given;
  const name = /^(\[[\da-f:.]+\]|[\w.-]+)(:\d{0,5})?$/.exec(host)?.[1];
  if (given.length !== 1 || !name) return { status: 400, why: 'A request has one Host header, with a host in it.' };
  if (ofThisMachine(name) || hosts.has(name) || hosts.has(host)) return null;
  return {
    status: 421,
    why: 'The mocks do not answer for this host. Ask 127.0.0.1 or localhost, or set LINTEL_HOSTS.',
  };
}

/** Whether a target is a path, and one that no reader takes for another: no `//`, no `.` or `..`, encoded or not. */
function plainTarget(url: string): boolean {
  const [path = ''] = url.split('?', 1);
  const segments = path.replace(/%2e/gi, '.').split('/');
  const whole = segments.every(
    (one, at) => one !== '.' && one !== '..' && (one || at === 0 || at === segments.length - 1),
  );
  return /^\/[!-"$-~]*$/.test(url) && !/\\|%(?![\da-f]{2})/i.test(path) && whole;
}

function ofThisMachine(name: string): boolean {
  if (name === 'localhost' || name === '[::1]') return true;
  const octets = /^127\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(name);
  return octets?.slice(1).every((one) => Number(one) < 256) ?? false;
}
