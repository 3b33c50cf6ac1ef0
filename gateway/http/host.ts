// Which hosts a listener answers for. A page elsewhere can make its own name point at this machine (DNS rebinding) and then
// read what is served here as its own; its name is in `Host`. Knows headers; knows no route.
import { Refusal } from './refusal.ts';

/**
 * Hosts that a listener answers for besides the loopback ones, in lower case: `lintel.example` with any port, or
 * `lintel.example:4000`. `any`: whoever comes is no browser, as at a Unix socket.
 */
export type Hosts = ReadonlySet<string> | 'any';

/** Names of this machine that nobody's DNS can point elsewhere. */
const octet = String.raw`(?:25[0-5]|2[0-4]\d|1?\d?\d)`;
const loopback = new RegExp(String.raw`^(?:localhost|127(?:\.${octet}){3}|\[::1\])$`);

/** Why a request is not taken because of its host, or null: 400 without exactly one that is one, 421 for another's. */
export function hostRefusal(rawHeaders: readonly string[], hosts: Hosts): Refusal | null {
  const given: string[] = [];
  // Of several, Node's own headers keep the first alone.
  for (let at = 0; at < rawHeaders.length; at += 2) {
    if (rawHeaders[at]?.length === 4 && rawHeaders[at]?.toLowerCase() === 'host') given.push(rawHeaders[at + 1] ?? '');
  }
  if (hosts === 'any' && !given.length) return null;
  const [host = '', ...more] = given;
  const [, name, port] = /^(\[[\da-f:.]+\]|[\w.-]+)(?::(\d{0,5}))?$/.exec(host.toLowerCase()) ?? [];
  if (more.length || !name) return new Refusal(400, 'A request has one Host header, with a host and perhaps a port.');
  if (hosts === 'any' || loopback.test(name) || hosts.has(name) || hosts.has(`${name}:${port}`)) return null;
  return new Refusal(
    421,
    'Lintel does not answer for this host. Ask 127.0.0.1 or localhost, or have the host added to LINTEL_HOSTS.',
  );
}
