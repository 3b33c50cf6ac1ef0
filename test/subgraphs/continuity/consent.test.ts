import { expect, it } from 'vitest';
import { consentOf } from '../../../subgraphs/continuity/consent.ts';

const any = Number.POSITIVE_INFINITY;

it.each([
  [undefined, { ask: true, wait: false, oldestMs: any }],
  ['', { ask: true, wait: false, oldestMs: any }],
  ['no-cache', { ask: true, wait: true, oldestMs: any }],
  ['No-Cache', { ask: true, wait: true, oldestMs: any }],
  ['no-cache, stale-if-error=0', { ask: true, wait: true, oldestMs: 0 }],
  ['no-cache,stale-if-error=60', { ask: true, wait: true, oldestMs: 60_000 }],
  ['max-stale=3600', { ask: true, wait: false, oldestMs: 3_600_000 }],
  ['max-stale=3600 , no-cache', { ask: true, wait: true, oldestMs: 3_600_000 }],
  ['max-stale="3600"', { ask: true, wait: false, oldestMs: 3_600_000 }],
  ['max-stale', { ask: true, wait: false, oldestMs: any }],
  ['max-stale=soon', { ask: true, wait: false, oldestMs: any }],
  ['only-if-cached', { ask: false, wait: false, oldestMs: any }],
  ['only-if-cached, max-stale=60', { ask: false, wait: false, oldestMs: 60_000 }],
  ['stale-if-error=0', { ask: true, wait: false, oldestMs: 0 }],
  ['max-stale=3600, stale-if-error=60', { ask: true, wait: false, oldestMs: 60_000 }],
  ['max-age=60, min-fresh=60', { ask: true, wait: false, oldestMs: any }],
  ['max-age=0, no-store', { ask: true, wait: false, oldestMs: any }],
])('reads Cache-Control %j as %j', (header, consent) => {
  expect(consentOf(header)).toEqual(consent);
});
