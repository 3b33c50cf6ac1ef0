// The staff of the legacy systems, who work in them beside Lintel: they correct records, type in new ones, and search with an
// index that is sometimes behind. Knows the mocks; knows nothing of Lintel.
import { HttpResponse, http, type RequestHandler } from 'msw';
import type { Changed } from '../../mocks/mock.ts';
import { type Note, type Target, targetOf } from './life.ts';
import { chanceOf, type Plan } from './plan.ts';
import type { Site } from './site.ts';

/** The staff of one system. */
export interface Staff {
  /** Corrects a share of all records, and of those that residents have written: at least one of these. */
  correct(share: number, notes: readonly Note[]): void;
  /** Does so many things of a usual day. */
  work(count: number): Promise<void>;
  /** Types in so many new records. */
  enter(count: number): void;
  /** Records that were made by staff since this was last asked. */
  made(): Target[];
  /** From now on, what is new is found by a caller's own reference so late, in ms; 0: at once. */
  lag(ms: number): void;
}

/** About how many records each system holds of one home, which its staff correct a share of. */
const recordsAHome = { repairs: 5, tenancies: 3, lettings: 1, telephony: 1 } as const;

/** The staff of a play's system. */
export function staffOf(site: Site, plan: Plan): Staff {
  const random = chanceOf(plan, 'staff');
  const holdings = [...site.holdings(plan.system).values()];
  const seed = () => Math.floor(random() * 2 ** 31);
  let entered: Changed[] = [];
  let lagMs = 0;
  laggingIndex(site, () => lagMs);

  return {
    correct(share, notes) {
      const count = Math.ceil(share * site.mocks.world.homes.length * recordsAHome[plan.system]);
      site.mocks.change({ target: plan.system, count, seed: seed() });
      const written = notes.flatMap(({ made, target }) => made?.reference ?? target?.reference ?? []);
      const some = Math.max(1, Math.round(share * written.length));
      for (let left = some; left > 0 && written.length > 0; left -= 1) {
        const [reference = ''] = written.splice(Math.floor(random() * written.length), 1);
        for (const { correct } of holdings) correct?.(reference, random);
      }
    },
    async work(count) {
      site.mocks.change({ target: plan.system, count, seed: seed() });
      for (const { enter } of holdings) entered.push(...(enter?.(2, random) ?? []));
    },
    enter(count) {
      for (const { enter } of holdings) enter?.(count, random);
    },
    made() {
      const fresh = entered.flatMap(({ reference }) => targetOf(site, plan.system, reference) ?? []);
      entered = [];
      return fresh;
    },
    lag: (ms) => {
      lagMs = ms;
    },
  };
}

/**
 * The work orders' search by a caller's own reference finds a new order only after a while, as an index that is built in the
 * background does. The order itself, by its number or its home, is there at once.
 */
function laggingIndex(site: Site, lagMs: () => number): void {
  const orders = site.mocks.backends.find(({ name }) => name === 'repairs.workOrders');
  const raised = new Map<string, number>();
  const lagging = http.get('*/workOrders', ({ request }) => {
    const wanted = new URL(request.url).searchParams.get('externalReference')?.trim();
    if (!wanted || lagMs() === 0) return undefined;
    const known = site.effects().some(({ reference }) => reference === wanted);
    if (!known) return undefined;
    const sinceMs = raised.get(wanted) ?? site.clock.now();
    return site.clock.now() - sinceMs < lagMs() ? HttpResponse.json([]) : undefined;
  });
  const raising = http.post('*/workOrders/raise', async ({ request }) => {
    const { externalReference } = (await request.clone().json()) as { externalReference?: string };
    if (externalReference && !raised.has(externalReference)) raised.set(externalReference, site.clock.now());
    return undefined;
  });
  // In front of the mock's own, to which both leave what is not theirs.
  (orders?.mock.handlers as RequestHandler[] | undefined)?.unshift(lagging, raising);
}
