// How long one page over four systems takes, and what it costs on the wires, with the mocks answering at once.
// Run by `npm run bench:page`. Prints what the README quotes; a script, not a test: timings here say nothing elsewhere.
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { startLintel } from '../../gateway/lintel.ts';
import { ask } from '../estate.ts';

const warmUp = 30;
const counted = 200;
/** Between two pages, in ms: lettings allows twenty calls a second, of which a page takes two. Faster, and its limit is measured. */
const pauseMs = 120;
/** A control port that a running demo does not use. */
const controlPort = 4710;

const cli = fileURLToPath(new URL('../../gateway/cli.ts', import.meta.url));
const mocks = fork(cli, ['mocks', '--port', String(controlPort), '--latency', '0'], {
  stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
});
await new Promise((resolve) => mocks.once('message', resolve));
// biome-ignore lint/suspicious/noExplicitAny: what the mocks tell, of many shapes.
const control = async (path: string, method = 'GET'): Promise<any> =>
  (await fetch(`http://127.0.0.1:${controlPort}${path}`, { method })).json();
const { environment, cast } = await control('/facts');
const lintel = await startLintel({ env: environment, port: 0, host: '127.0.0.1', log: pino({ level: 'silent' }) });

const page = /* GraphQL */ `
  query Page($person: ID!, $property: ID!) {
    person(personReference: $person) {
      name
      tenancies { items { tenancyReference rentAccount { balance { pence } } } provenance { asOf } }
      applications { items { band offers { items { plannedMoveDate } } } provenance { asOf } }
      calls { items { startedAt disposition } provenance { asOf } }
    }
    property(propertyReference: $property) {
      address
      repairs { items { reference description appointment { window { start end } confirmed } } provenance { asOf } }
    }
  }`;
const variables = { person: cast.katy.personReference, property: cast.katy.propertyReference };

try {
  const pause = () => new Promise((resolve) => setTimeout(resolve, pauseMs));
  for (let i = 0; i < warmUp; i++) {
    await ask(lintel.url, page, variables);
    await pause();
  }
  await control('/calls/reset', 'POST');
  const took: number[] = [];
  for (let i = 0; i < counted; i++) {
    const startedAt = performance.now();
    const { errors } = await ask(lintel.url, page, variables);
    took.push(performance.now() - startedAt);
    await pause();
    if (errors.length) throw new Error(`the page has errors: ${JSON.stringify(errors)}`);
  }
  const calls: Record<string, { operations: Record<string, number> }> = await control('/calls');
  took.sort((a, b) => a - b);
  const at = (share: number) => (took[Math.floor(took.length * share)] ?? 0).toFixed(1);
  process.stdout.write(
    `One page over four systems, one after another, ${counted} times: p50 ${at(0.5)} ms, p99 ${at(0.99)} ms\n`,
  );
  let sum = 0;
  for (const [backend, { operations }] of Object.entries(calls)) {
    for (const [operation, count] of Object.entries(operations)) {
      sum += count / counted;
      process.stdout.write(`  ${`${backend} ${operation}`.padEnd(42)} ${(count / counted).toFixed(2)} calls a page\n`);
    }
  }
  process.stdout.write(`  ${'all'.padEnd(42)} ${sum.toFixed(2)} calls a page\n`);
} finally {
  await lintel.close();
  mocks.kill();
}
