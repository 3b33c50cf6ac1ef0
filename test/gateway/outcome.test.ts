// What an operator is told that an order has come to, and what can come next.
import { expect, it } from 'vitest';
import { type Done, outcome } from '../../gateway/commands/outcome.ts';
import type { ShownBackend, ShownSystem } from '../../gateway/commands/shown.ts';

const nowMs = Date.UTC(2026, 10, 24, 14, 5);
const friday = '2026-11-27T09:00:00.000Z';
const saturday = '2026-11-28T09:00:00.000Z';

const backend = (name: string, more: Partial<ShownBackend> = {}): ShownBackend => ({
  ...{ name, state: 'OPERATIONAL', since: friday, expectedBack: null, who: null, why: null },
  ...{ restorePoint: null, circuit: 'CLOSED', cause: null, alarm: null },
  ...more,
});
const repairs = (...backends: ShownBackend[]): ShownSystem => ({
  ...{ name: 'repairs', state: 'OPERATIONAL', since: friday, expectedBack: null, notice: null },
  backends,
});
const well = repairs(backend('workOrders'), backend('scheduler'));

function told(order: Done['order'], more: Partial<Done> = {}, running = true): string {
  const { before = well, after = well, backend: part = null } = more;
  const target = part === null ? 'repairs' : `repairs.${part}`;
  return outcome({ order, target, backend: part, before, after }, { running, nowMs });
}

it('of what is cut off: that nothing is sent to it, until when, and how to end it', () => {
  const after = repairs(
    backend('workOrders', { expectedBack: friday }),
    backend('scheduler', { expectedBack: saturday }),
  );
  expect(told('isolate', { after })).toBe(
    'repairs is ISOLATED: nothing is sent to it, not even to look. What is kept is given. It is expected back by 9am on Saturday 28 November.\nTo end this: npx lintel system repairs release --why "..."',
  );
  expect(told('isolate', { after, backend: 'workOrders' })).toMatch(
    /^repairs\.workOrders is ISOLATED.* expected back by 9am on Friday 27 November\.\n.*system repairs\.workOrders release/,
  );
  expect(told('isolate')).not.toContain('expected back');
});

it('of what answers out of a copy: when that was taken', () => {
  const after = repairs(backend('workOrders', { restorePoint: '2026-11-20T02:00:00.000Z' }), backend('scheduler'));
  expect(told('read-only', { after })).toContain(
    'labelled as out of the copy taken at 2am on Friday 20 November. Where',
  );
  expect(told('read-only', { after, backend: 'scheduler' })).toContain('labelled as out of the copy. Where');
  expect(told('reconcile')).toMatch(/^repairs is RECONCILING: the writes that wait for it are sent/);
});

it.each<[was: string, is: string, running: boolean, sentence: RegExp]>([
  ['HELD', 'OPERATIONAL', true, / again\. It is OPERATIONAL\.$/],
  ['RECONCILING', 'DOWN', true, / again\. It is DOWN\.$/],
  ['HELD', 'OPERATIONAL', false, / again\.$/],
  [
    'ISOLATED',
    'HELD',
    true,
    / again\.\nBefore it is believed, it is compared with what was kept\. .*npx lintel system repairs$/,
  ],
  ['READ_ONLY', 'HELD', true, / again\.\nBefore it is believed, /],
  ['ISOLATED', 'HELD', false, / again\.\nBefore it is believed, /],
])(
  'of what was %s and is released: whether it is believed at once (now %s, running: %s)',
  (was, is, running, sentence) => {
    const before = repairs(backend('workOrders', { state: was }), backend('scheduler'));
    const after = repairs(backend('workOrders', { state: is }), backend('scheduler', { state: is }));
    expect(told('release', { before, after }, running)).toMatch(sentence);
  },
);

it('of a backend that is released: how that one stands, and no other', () => {
  const before = repairs(backend('workOrders', { state: 'ISOLATED' }), backend('scheduler', { state: 'HELD' }));
  const after = repairs(backend('workOrders', { state: 'ISOLATED' }), backend('scheduler'));
  expect(told('release', { before, after, backend: 'scheduler' })).toBe(
    'repairs.scheduler is released: it follows its circuit again. It is OPERATIONAL.',
  );
});

it('of when it is expected back: that time, or that nobody knows', () => {
  const after = repairs(backend('workOrders', { expectedBack: friday }), backend('scheduler'));
  expect(told('expect', { after })).toMatch(
    /^repairs is expected back by 9am on Friday 27 November\. Residents are told so/,
  );
  expect(told('expect')).toBe('It is not known when repairs is back.');
  expect(told('try-again')).toMatch(/^Lintel looks now whether repairs is back/);
});
