// How long whoever reports an emergency waits for its receipt, over HTTP on this machine: with all well, with every legacy system
// hung, with a store that refuses, and with one that hangs. `npm run bench:emergency`; half a minute.
import { sql } from 'kysely';
import { type Keeper, startKeeper } from '../keeper.ts';

const count = Number(process.argv[2] ?? 100);
const mutation = 'mutation($input: ReportRepairInput!) { reportRepair(input: $input) { receipt { state } } }';
let number = 0;

async function report(keeper: Keeper): Promise<number> {
  number += 1;
  const input = {
    propertyReference: keeper.mocks.world.cast.properties[number % 50],
    description: `Water comes through light fitting ${number}`,
    urgency: 'EMERGENCY',
    channel: 'PHONE',
    hazard: { type: 'ELECTRICAL', severity: 'EMERGENCY' },
    idempotencyKey: `bench ${number}`,
  };
  const beganMs = performance.now();
  const { data, text } = await keeper.ask(mutation, { input });
  const tookMs = performance.now() - beganMs;
  if (!data?.reportRepair) throw new Error(`It was not accepted: ${text}`);
  return tookMs;
}

async function measured(title: string, keeper: Keeper): Promise<void> {
  const took: number[] = [];
  for (let each = 0; each < count; each += 1) took.push(await report(keeper));
  took.sort((one, other) => one - other);
  const at = (share: number) => `${took[Math.min(took.length - 1, Math.floor(share * took.length))]?.toFixed(1)} ms`;
  const journal = keeper.keeping().journal?.entries().length;
  console.log(`${title.padEnd(34)} p50 ${at(0.5)}, p99 ${at(0.99)}, longest ${at(1)}; in the journal: ${journal}`);
}

const keeper = await startKeeper();
// What runs for the first time is compiled first.
for (let each = 0; each < 20; each += 1) await report(keeper);
await measured('all is well', keeper);
for (const target of ['tenancies', 'lettings', 'repairs', 'telephony'])
  await keeper.mocks.setFault({ target, fault: 'hung' });
await measured('every legacy system hangs', keeper);
const db = keeper.keeping().store?.db;
if (!db) throw new Error('There is no store.');
await sql`create trigger full before insert on receipt begin select raise(abort, 'database or disk is full'); end`.execute(
  db,
);
await measured('and the store refuses', keeper);
await sql`drop trigger full`.execute(db);
while (keeper.keeping().journal?.entries().length) await new Promise((resolve) => setTimeout(resolve, 100));
// A transaction that does not end: whoever writes next waits for it, as for a disk that hangs.
const hang = Promise.withResolvers<void>();
const hung = db.transaction().execute(() => hang.promise);
await measured('and the store hangs', keeper);
hang.resolve();
await hung;
while (keeper.keeping().journal?.entries().length) await new Promise((resolve) => setTimeout(resolve, 100));
console.log('All of them are in the store.');
await keeper.mocks.clearFaults();
await keeper.close();
