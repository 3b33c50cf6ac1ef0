// What /metrics tells, in Prometheus' text format: how requests fare, how each backend stands, what is kept. Numbers are
// read when they are asked for. No personal data: no reference, no query, no name but of systems and kinds.
import { Counter, Gauge, Registry } from 'prom-client';
import type { Intake } from '../subgraphs/continuity/intake.ts';
import type { Snapshots } from '../subgraphs/continuity/snapshots.ts';
import type { System } from '../subgraphs/continuity/system.ts';
import type { Route } from './pages/page.ts';
import { type Answered, measureRequests, metricsRoute } from './requests.ts';
import { measureWrites } from './tallies.ts';

/** What is measured. */
export interface Measured {
  systems: readonly System[];
  snapshots: Snapshots | undefined;
  intake: Pick<Intake, 'figures'> | null;
}

/** Metrics of one process. */
export interface Metrics {
  answered: Answered;
  /** Serves the numbers. */
  route: Route;
}

const states = ['OPERATIONAL', 'DEGRADED', 'DOWN', 'ISOLATED', 'READ_ONLY', 'HELD', 'RECONCILING'] as const;

/** Metrics over systems and what is kept of them. */
export function createMetrics({ systems, snapshots, intake }: Measured): Metrics {
  const registers = [new Registry()];
  const [registry] = registers as [Registry];
  const answered = measureRequests(registers);

  const ofBackend = ['system', 'backend'];
  new Gauge({
    name: 'lintel_backend_state',
    help: '1 for the state in which a backend is, 0 for the others.',
    labelNames: [...ofBackend, 'state'],
    registers,
    collect() {
      for (const { name: system, status } of systems) {
        for (const { name: backend, state } of status()) {
          for (const each of states) this.set({ system, backend, state: each }, each === state ? 1 : 0);
        }
      }
    },
  });
  type Figures = ReturnType<System['status']>[number]['figures'];
  const figures: [keyof Figures, string, string][] = [
    ['limit', 'lintel_backend_limit', 'How many calls to a backend may be under way at once.'],
    ['inFlight', 'lintel_backend_calls_in_flight', 'Calls to a backend under way.'],
    ['waiting', 'lintel_backend_calls_waiting', 'Calls that wait for a place.'],
    ['rejected', 'lintel_backend_calls_rejected_total', 'Calls turned away because there was no place.'],
    ['retries', 'lintel_backend_retries_total', 'Calls made again after a broken connection.'],
    ['probes', 'lintel_backend_probes_total', 'Probes sent while a circuit was not closed.'],
  ];
  for (const [figure, name, help] of figures) {
    const collect = (set: (labels: Record<string, string>, value: number) => void) => {
      for (const { name: system, status } of systems) {
        for (const { name: backend, figures: all } of status()) set({ system, backend }, all[figure]);
      }
    };
    metric(name, help, ofBackend, registers, collect);
  }

  if (snapshots) {
    const kept: [keyof ReturnType<Snapshots['figures']>, string, string][] = [
      ['hits', 'lintel_kept_hits_total', 'Records that were asked for and kept.'],
      ['misses', 'lintel_kept_misses_total', 'Records that were asked for and not kept.'],
      ['queued', 'lintel_kept_queued', 'Records waiting to be written.'],
      ['written', 'lintel_kept_written_total', 'Records written, as new or changed.'],
      ['dropped', 'lintel_kept_dropped_total', 'Records dropped because the store could not keep up.'],
      ['failures', 'lintel_store_failures_total', 'Writes or reads of the store that failed.'],
      ['bytes', 'lintel_store_bytes', 'How large the store is.'],
      ['records', 'lintel_kept_records', 'Records that are kept.'],
    ];
    for (const [figure, name, help] of kept) {
      metric(name, help, [], registers, (set) => set({}, snapshots.figures()[figure] ?? 0));
    }
  }

  if (intake) measureWrites(intake, registers);

  return { answered, route: metricsRoute(registry) };
}

/** A number that is read when it is asked for. What only ever grows has a name that ends in _total, and is a counter. */
function metric(
  name: string,
  help: string,
  labelNames: readonly string[],
  registers: Registry[],
  read: (set: (labels: Record<string, string>, value: number) => void) => void,
): void {
  if (name.endsWith('_total')) {
    new Counter({
      name,
      help,
      labelNames,
      registers,
      collect() {
        this.reset();
        read((labels, value) => this.inc(labels, value));
      },
    });
  } else {
    new Gauge({
      name,
      help,
      labelNames,
      registers,
      collect() {
        read((labels, value) => this.set(labels, value));
      },
    });
  }
}
