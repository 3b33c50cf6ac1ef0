// How fast answers are kept, and whether requests feel it: new, unchanged and changed records of a kilobyte into SQLite
// (or PostgreSQL, where DATABASE_URL names an empty one). `npm run bench:keeping`; half a minute.
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { createCipher } from '../../subgraphs/continuity/cipher.ts';
import { systemClock } from '../../subgraphs/continuity/clock.ts';
import { createSnapshots } from '../../subgraphs/continuity/snapshots.ts';
import { openStore } from '../../subgraphs/continuity/store.ts';

const records = Number(process.argv[2] ?? 50_000);
/** As many as one call of a wire's batch limit gives. */
const recordsACall = 50;

const folder = mkdtempSync(join(tmpdir(), 'lintel-keeping-'));
const url = process.env.DATABASE_URL;
const store = await openStore(url ? { url } : { file: join(folder, 'store.sqlite') });
const snapshots = createSnapshots({
  store,
  cipher: createCipher(new Map([['bench', randomBytes(32)]])),
  clock: systemClock,
  onFailure: (what, error) => console.error(what, error),
});

const text = randomBytes(450).toString('hex');
const recordOf = (key: number, version: number) => ({ reference: key, version, postcode: `AB${key % 5_000}`, text });
const termsOf = (_key: string, value: unknown) => [`postcode\n${(value as { postcode: string }).postcode}`];
const options = { termsOf };

async function walk(title: string, version: number, readAtMs: number): Promise<void> {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const cpu = process.cpuUsage();
  const beganMs = performance.now();
  for (let start = 0; start < records; start += recordsACall) {
    const answers = new Map<string, unknown>();
    for (let key = start; key < start + recordsACall; key += 1) answers.set(String(key), recordOf(key, version));
    snapshots.keep('repairs', 'workOrder', answers, readAtMs, options);
    await snapshots.room();
    // A call's answer comes with the event loop's next turn, not all of them at once.
    await new Promise((resolve) => setImmediate(resolve));
  }
  await snapshots.flush();
  const tookMs = performance.now() - beganMs;
  delay.disable();
  const { user, system } = process.cpuUsage(cpu);
  const of = (nanoseconds: number) => (nanoseconds / 1e6).toFixed(1).padStart(6);
  console.log(
    `${title.padEnd(24)} ${Math.round((records / tookMs) * 1_000)
      .toLocaleString('en')
      .padStart(8)} records/s   event loop held up: p99 ${of(delay.percentile(99))} ms, most ${of(delay.max)} ms` +
      `   CPU ${((user + system) / 1_000 / tookMs).toFixed(2)} of a core`,
  );
}

// The machinery's own timers do not keep a process alive.
const alive = setInterval(() => {}, 1_000);
console.log(`${records.toLocaleString('en')} records of a kilobyte, ${store.engine}`);
await walk('new', 1, 1_000);
await walk('unchanged', 1, 2_000);
await walk('unchanged, confirmed', 1, 100_000);
await walk('changed', 2, 200_000);
const beganMs = performance.now();
const coverage = await snapshots.coverage('repairs');
console.log(`counted ${coverage[0]?.count.toLocaleString('en')} in ${Math.round(performance.now() - beganMs)} ms`);
const { dropped, failures, bytes } = snapshots.figures();
console.log(`dropped ${dropped}, failures ${failures}, store ${Math.round((bytes ?? 0) / 1e6)} MB`);
clearInterval(alive);
await snapshots.close();
await store.close();
rmSync(folder, { recursive: true });
