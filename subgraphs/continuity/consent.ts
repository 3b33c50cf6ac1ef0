// What the client will take, in HTTP's own words (Cache-Control of a request, RFC 9111), as it bears on one read.

/** What a client takes for an answer. */
export interface Consent {
  /** Whether the systems may be asked at all. */
  ask: boolean;
  /** Whether to wait for a live answer as long as the call itself may take, before anything else is given. */
  wait: boolean;
  /** How old a kept answer may be, in ms: 0 is none at all, Infinity any. */
  oldestMs: number;
}

/** Without a word from the client: live within patience, else whatever is kept, however old. */
export const defaultConsent: Consent = { ask: true, wait: false, oldestMs: Number.POSITIVE_INFINITY };

/**
 * Reads a request's Cache-Control.
 * - `no-cache`: waits for live, and only then takes what is kept (browsers send it on reload).
 * - `max-stale=3600`: what is kept, but no older than an hour; `max-stale` alone: however old.
 * - `stale-if-error=3600` (RFC 5861): the same here, where to be late is to fail. So `no-cache, stale-if-error=0` is live
 *   or an error.
 * - `only-if-cached`: does not touch the systems.
 *
 * What is not one of these is left to whom it concerns, as HTTP has it, on purpose:
 * - `max-age` says how old an answer may be that is given *without asking*. Lintel asks whenever it may, and calls for the
 *   same are shared, so nothing is given without asking; who wants that says `only-if-cached, max-stale=60`, and asks
 *   otherwise if it fails. Browsers send `max-age=0` on reload: that must not lose what is kept.
 * - `min-fresh` speaks of how long an answer stays fresh; nobody can promise that of a record in another's system.
 * - `no-store` speaks of caches on the way; what Lintel keeps is decided by whoever runs it, not by who asks.
 */
export function consentOf(cacheControl: string | undefined): Consent {
  if (!cacheControl) return defaultConsent;
  const directives = new Map<string, string>();
  for (const part of cacheControl.toLowerCase().split(',')) {
    const [name = '', value = ''] = part.split('=');
    directives.set(name.trim(), value.trim().replace(/^"|"$/g, ''));
  }
  const seconds = (name: string) => {
    const value = directives.get(name);
    return value !== undefined && /^\d+$/.test(value) ? Number(value) * 1_000 : Number.POSITIVE_INFINITY;
  };
  return {
    ask: !directives.has('only-if-cached'),
    wait: directives.has('no-cache'),
    oldestMs: Math.min(seconds('max-stale'), seconds('stale-if-error')),
  };
}
