// How long one page over four systems takes, and what it costs on the wires, with the mocks answering at once: once with all
// of Lintel in one process, once with each system's subgraph in a process of its own and the gateway reaching it over HTTP.
// Run by `npm run bench:page`, and at the end of `npm run bench`. A script, not a test: timings here say nothing elsewhere.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parts } from '../../gateway/lintel.ts';
import { compose } from '../../gateway/supergraph.ts';
import { systems } from '../../subgraphs/index.ts';
import { ask } from '../estate.ts';
import { freePorts, type Run, run } from '../process.ts';

/** What one way came to. */
export interface Pages {
  way: string;
  p50Ms: number;
  p99Ms: number;
  /** On the wires, by backend and operation: how many a page. */
  calls: Record<string, number>;
}

const warmUp = 30;
const counted = 200;
/** Between two pages, in ms: lettings allows twenty calls a second, of which a page takes two. Faster, and its limit is measured. */
const pauseMs = 120;

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

/** All of Lintel in one process, as it is shipped. */
async function together(env: Record<string, string>, folder: string, runs: Run[]): Promise<string> {
  const variables = { ...env, PORT: String(await freePorts(1)), STORE_FILE: join(folder, 'store.sqlite') };
  const lintel = run(['start', '--no-mocks', '--json'], variables);
  runs.push(lintel);
  const [, url = ''] = await lintel.prints(/"url":"([^"]+)"/);
  return url;
}

/** A gateway, and a process for each system. */
async function apart(env: Record<string, string>, folder: string, runs: Run[]): Promise<string> {
  const names = new Set(systems.map(({ name }) => name));
  const served = await Promise.all(
    parts().flatMap((part) => {
      if (!names.has(part.name)) return [];
      const subgraph = run(['subgraph', part.name, '--json'], env);
      runs.push(subgraph);
      return subgraph.prints(/"graphql":"([^"]+)"/).then(([, url = '']) => ({ ...part, url }));
    }),
  );
  const file = join(folder, 'supergraph.graphql');
  writeFileSync(file, compose(served).supergraphSdl);
  const gateway = run(['gateway', '--supergraph', file, '--port', '0', '--json'], {});
  runs.push(gateway);
  const [, url = ''] = await gateway.prints(/"graphql":"([^"]+)\/graphql"/);
  return url;
}

async function endAll(runs: readonly Run[]): Promise<void> {
  for (const { child } of runs) child.kill();
  await Promise.all(runs.map(({ ended }) => ended));
}

/** Asks for one page after another, both ways. */
export async function measurePages(): Promise<Pages[]> {
  const folder = mkdtempSync(join(tmpdir(), 'lintel-page-'));
  const mocks = run(['mocks', '--port', String(await freePorts(10)), '--latency', '0']);
  let runs: Run[] = [];
  try {
    const [, controlUrl = ''] = await mocks.prints(/control +(http\S+)/);
    // biome-ignore lint/suspicious/noExplicitAny: what the mocks tell, of many shapes.
    const control = async (path: string, method = 'GET'): Promise<any> =>
      (await fetch(`${controlUrl}${path}`, { method })).json();
    const { environment, cast } = await control('/facts');
    const variables = { person: cast.katy.personReference, property: cast.katy.propertyReference };
    const measured: Pages[] = [];
    for (const [way, start] of [
      ['in one process', together],
      ['each system over HTTP', apart],
    ] as const) {
      const url = await start(environment, folder, runs);
      const took: number[] = [];
      for (let i = -warmUp; i < counted; i++) {
        if (i === 0) await control('/calls/reset', 'POST');
        const startedAt = performance.now();
        const { errors } = await ask(url, page, variables);
        if (i >= 0) took.push(performance.now() - startedAt);
        if (errors.length) throw new Error(`the page has errors: ${JSON.stringify(errors)}`);
        await pause(pauseMs);
      }
      const backends: Record<string, { operations: Record<string, number> }> = await control('/calls');
      const calls = Object.entries(backends).flatMap(([backend, { operations }]) =>
        Object.entries(operations).map(([operation, count]) => [`${backend} ${operation}`, count / counted] as const),
      );
      took.sort((a, b) => a - b);
      const at = (share: number) => took[Math.floor(took.length * share)] ?? 0;
      measured.push({ way, p50Ms: at(0.5), p99Ms: at(0.99), calls: Object.fromEntries(calls) });
      await endAll(runs);
      runs = [];
    }
    return measured;
  } finally {
    await endAll([...runs, mocks]);
    rmSync(folder, { recursive: true });
  }
}

/** What came of it, for people. */
export function told(pages: readonly Pages[]): string {
  const lines = pages.flatMap(({ way, p50Ms, p99Ms, calls }) => {
    const sum = Object.values(calls).reduce((all, count) => all + count, 0);
    return [
      `${way}: p50 ${p50Ms.toFixed(1)} ms, p99 ${p99Ms.toFixed(1)} ms`,
      ...[...Object.entries(calls), ['all', sum] as const].map(
        ([call, count]) => `  ${call.padEnd(42)} ${count.toFixed(2)} calls a page`,
      ),
    ];
  });
  return [`One page over four systems, one after another, ${counted} times`, ...lines].join('\n');
}

if (import.meta.main) console.log(told(await measurePages()));
