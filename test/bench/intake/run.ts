// How many writes a second are accepted for good and how long each takes; and whether sending ten thousand that had to wait is
// felt by those who read meanwhile. On SQLite and on a PostgreSQL of its own. `npm run bench:intake`; some three minutes, or with
// the number of writes and of sends a second as arguments: `npm run bench:intake -- 2000 500`.
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { createCipher } from '../../../subgraphs/continuity/cipher.ts';
import { systemClock } from '../../../subgraphs/continuity/clock.ts';
import { createIntake } from '../../../subgraphs/continuity/intake/index.ts';
import type { Counter, Intake } from '../../../subgraphs/continuity/intake.ts';
import { openStore, type StorePlace } from '../../../subgraphs/continuity/store.ts';
import { startDatabase, whyNoDatabase } from '../../database.ts';
import { quantiles, startOffice, submission } from './office.ts';

const writes = Number(process.argv[2] ?? 10_000);
const perSecond = Number(process.argv[3] ?? 200);
/** At once: one after the other, a busy hour, a whole town in a storm. */
const crowds = [1, 16, 128];
/** Reads a second: a landlord's busy hour. */
const readsASecond = 50;
/** As long as a p99 of fifty a second needs to mean something. */
const baselineSeconds = 20;

const shown = (ms: number) => ms.toFixed(1).padStart(7);
const counted = (count: number) => Math.round(count).toLocaleString('en').padStart(7);

/** Opens an intake over a store for one part of the bench. */
async function opened(place: StorePlace) {
  const store = await openStore(place);
  const intake = createIntake({
    store,
    cipher: createCipher(new Map([['bench', randomBytes(32)]])),
    clock: systemClock,
    numbers: { perSecond },
    onFailure: (what, error) => console.error(what, error),
  });
  return {
    intake,
    async close() {
      await intake.close();
      await store.close();
    },
  };
}

/** A counter that takes nothing: what is measured is acceptance alone. */
function closedCounter(counter: Counter): Counter {
  return { ...counter, open: () => 'QUEUE' };
}

async function accepting(place: () => Promise<StorePlace>): Promise<void> {
  const { intake, close } = await opened(await place());
  const office = startOffice({ serve: (counter) => intake.serve(closedCounter(counter)) });
  // What is measured first has nothing warmed up before it.
  await accepted(intake, 200, 16, 'warm');
  for (const crowd of crowds) {
    const count = Math.min(writes, crowd * 250);
    const beganMs = performance.now();
    const { p50, p99 } = quantiles(await accepted(intake, count, crowd, `crowd ${crowd}`));
    const aSecond = (count / (performance.now() - beganMs)) * 1_000;
    console.log(
      `  ${counted(crowd)} at once ${counted(aSecond)} accepted/s   p50 ${shown(p50)} ms   p99 ${shown(p99)} ms`,
    );
  }
  await office.close();
  await close();
}

/** Submits so many, so many at once, each about another property. Gives how long each took. */
async function accepted(intake: Intake, count: number, crowd: number, name: string): Promise<number[]> {
  const tookMs: number[] = [];
  let next = 0;
  const one = async () => {
    while (next < count) {
      const key = `${name}/${next++}`;
      const beganMs = performance.now();
      await intake.submit(submission(key, key));
      tookMs.push(performance.now() - beganMs);
    }
  };
  await Promise.all(Array.from({ length: crowd }, one));
  return tookMs;
}

async function replaying(place: () => Promise<StorePlace>): Promise<void> {
  const { intake, close } = await opened(await place());
  let open = false;
  const opens = new Set<() => void>();
  const office = startOffice({
    serve: (counter) =>
      intake.serve({
        ...counter,
        open: (backend) => (open ? counter.open(backend) : 'QUEUE'),
        onOpen(listener) {
          opens.add(() => listener('desk'));
          return counter.onOpen(listener);
        },
      }),
  });
  let reading = true;
  let key = 0;
  async function read(): Promise<number[]> {
    const tookMs: number[] = [];
    const under: Promise<void>[] = [];
    reading = true;
    while (reading) {
      const beganMs = performance.now();
      under.push(office.system.read('name', [`${++key}`]).then(() => void tookMs.push(performance.now() - beganMs)));
      await pause(1_000 / readsASecond);
    }
    await Promise.all(under);
    return tookMs;
  }

  const alone = read();
  await pause(baselineSeconds * 1_000);
  reading = false;
  const before = quantiles(await alone);

  // About a thousand properties, so that the order of ten about each has to be kept.
  const crowd = 128;
  let next = 0;
  const fill = async () => {
    while (next < writes) {
      const index = next++;
      await intake.submit(submission(`P${index % 1_000}`, `queued ${index}`));
    }
  };
  await Promise.all(Array.from({ length: crowd }, fill));

  const meanwhile = read();
  const beganMs = performance.now();
  open = true;
  for (const tell of opens) tell();
  while ((await intake.ledger()).open > 0) await pause(250);
  const tookSeconds = (performance.now() - beganMs) / 1_000;
  reading = false;
  const during = quantiles(await meanwhile);
  const { accepted: all, applied } = await intake.ledger();
  console.log(
    `  ${counted(writes)} sent in ${tookSeconds.toFixed(1)} s: ${counted(writes / tookSeconds)}/s of ${perSecond}/s; ` +
      `ledger ${all} = ${applied} applied; effects ${office.applied()}`,
  );
  console.log(`          reads alone      p50 ${shown(before.p50)} ms   p99 ${shown(before.p99)} ms`);
  console.log(`          reads meanwhile  p50 ${shown(during.p50)} ms   p99 ${shown(during.p99)} ms`);
  await office.close();
  await close();
}

async function both(title: string, place: () => Promise<StorePlace>): Promise<void> {
  console.log(`\n${title}: accepting writes of half a kilobyte`);
  await accepting(place);
  console.log(`${title}: sending what had to wait, beside ${readsASecond} reads a second`);
  await replaying(place);
}

// The machinery's own timers do not keep a process alive.
const alive = setInterval(() => {}, 1_000);
const folder = mkdtempSync(join(tmpdir(), 'lintel-intake-'));
let files = 0;
await both('SQLite', async () => ({ file: join(folder, `${++files}.sqlite`) }));
rmSync(folder, { recursive: true });
const missing = whyNoDatabase();
if (missing) console.log(`\nPostgreSQL: ${missing}`);
else {
  const database = await startDatabase();
  await both('PostgreSQL', async () => ({ url: await database.fresh() }));
  await database.close();
}
clearInterval(alive);
