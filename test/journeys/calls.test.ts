// How many calls one query costs on the wires: at most what the batch limits demand, however many homes it asks for.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Estate, startEstate } from '../estate.ts';

const many = /* GraphQL */ `
  query Many($properties: [ID!]!) {
    properties(propertyReferences: $properties) {
      address
      tenancies {
        items {
          current
          members {
            name
            applications { items { band offers { items { plannedMoveDate property { address } } } } }
            exchanges { items { status legs { person { name } to { address } } } }
            calls { items { startedAt } }
          }
        }
      }
      repairs(includeClosed: true) { items { reference appointment { confirmed } } }
    }
    lines { items { name waiting { items { position } } } }
  }`;

let estate: Estate;
beforeAll(async () => {
  estate = await startEstate();
});
afterAll(() => estate.close());

/** The wire's own limit of keys a call, by operation as the mocks count them. */
const limits: Record<string, number> = {
  GetProperties: 50,
  GetTenanciesByProperty: 50,
  GetHousehold: 50,
  applications: 40,
  offers: 40,
  exchanges: 40,
};

it('asks for fifty homes in as few calls as the wires allow, system by system, wave by wave', async () => {
  const { properties } = estate.mocks.world.cast;
  // The first query also logs in and fills the index of calls.
  await estate.ask(many, { properties });
  estate.mocks.resetCalls();
  const { data, errors } = await estate.ask(many, { properties });
  expect(errors).toEqual([]);
  expect(data.properties).toHaveLength(50);
  const calls = Object.fromEntries(
    Object.entries(estate.mocks.calls()).map(([name, { operations }]) => [name, operations]),
  );

  // biome-ignore lint/suspicious/noExplicitAny: a walk through an answer of many shapes.
  const all = (list: any[], ...path: string[]): any[] =>
    path.reduce((at, name) => at.flatMap((one) => one?.[name] ?? []), list);
  const members = all(data.properties, 'tenancies', 'items', 'members');
  const applications = all(members, 'applications', 'items');
  const orders = all(data.properties, 'repairs', 'items');
  const calculated: Record<string, Record<string, number>> = {
    tenancies: {
      // Wave 1: the fifty. Later waves: the homes of offers, and of exchanges.
      GetProperties:
        1 +
        Math.ceil(all(applications, 'offers', 'items').length / 50) +
        Math.ceil(all(members, 'exchanges', 'items', 'legs').length / 50),
      GetTenanciesByProperty: 1,
      // Members of tenancies, once as household members and once as people with telephone numbers; people of exchanges.
      GetHousehold:
        2 * Math.ceil(members.length / 50) + Math.ceil(all(members, 'exchanges', 'items', 'legs').length / 50),
    },
    lettings: {
      applications: Math.ceil(members.length / (limits.applications ?? 0)),
      exchanges: Math.ceil(members.length / (limits.exchanges ?? 0)),
      offers: Math.ceil(applications.length / (limits.offers ?? 0)),
    },
    'repairs.workOrders': { workOrders: Math.ceil(50 / 25) + Math.ceil(orders.length / 50) },
    'repairs.scheduler': { selectOrder: Math.ceil(orders.length / 50) },
    'telephony.switchboard': { QueueSummary: 1, QueueStatus: 1 },
    'telephony.records': { 'Master.csv': 1 },
  };
  for (const [backend, operations] of Object.entries(calls)) {
    for (const [operation, count] of Object.entries(operations)) {
      expect(count, `${backend} ${operation}`).toBeLessThanOrEqual(calculated[backend]?.[operation] ?? 0);
    }
  }
});
