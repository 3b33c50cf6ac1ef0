// The target of a request, as its first line has it (RFC 9112, 3.2). Read once, before anything is routed by it, so that no
// two readers can take one target for two places. Knows no route.

/** A place on this server. */
export interface Target {
  /** In its one spelling: no trailing slash but where it is all there is. */
  path: string;
  /** The query with its `?`, as it came; empty where there is none. */
  search: string;
}

/**
 * Origin form, in printable ASCII, without a fragment. Not taken are the absolute form (for proxies), the authority form
 * (CONNECT) and the asterisk.
 */
const originForm = /^\/[!-"$-~]*$/;

/** The characters of a segment (`pchar` of RFC 3986), encoded ones included. */
const segment = /^[\w.~!$&'()*+,;=:@%-]+$/;

/**
 * Half an encoding, or the encoding of what none of our paths would have encoded: letters, digits, `-`, `.`, `_`, `~`, `/`,
 * `\` and control characters. `%2e%2e` is `..` to one reader and a name to another.
 */
const badEncoding = /%(?![0-9a-f]{2})|%(?:[01][0-9a-f]|2[def]|3\d|[46][1-9a-f]|[57][\da]|5[cf]|7[ef])/i;

/** Reads a request's target. Null: it is malformed, or its path has more than one spelling (`//x`, `/a/../x`, `/%2e/x`). */
export function targetOf(text: string): Target | null {
  if (!originForm.test(text)) return null;
  const [path] = text.split('?', 1) as [string];
  const search = text.slice(path.length);
  if (path === '/') return { path, search };
  const plain = path.endsWith('/') ? path.slice(0, -1) : path;
  const whole = plain
    .slice(1)
    .split('/')
    .every((one) => segment.test(one) && one !== '.' && one !== '..');
  return whole && !badEncoding.test(plain) ? { path: plain, search } : null;
}

/** The parameters in the query of a target that was read. */
export function searchOf(url: string | undefined): URLSearchParams {
  const mark = url?.indexOf('?') ?? -1;
  return new URLSearchParams(mark < 0 ? '' : url?.slice(mark));
}
