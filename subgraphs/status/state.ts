// A system with its backends as status.graphql words it. Asks nothing.
import { isoInstant } from '../continuity/clock.ts';
import { type Findings, worst } from '../continuity/standing.ts';
import type { Attended } from './context.ts';

/** A system with its backends, as status.graphql words it. Its state is its worst backend's, since that one's. */
export function statusOf({ name: system, status }: Pick<Attended, 'name' | 'status'>) {
  const backends = status().map(({ name, circuit, standing, state, sinceMs, figures }) => ({
    name,
    state,
    since: isoInstant(sinceMs),
    expectedBack: instant(standing.expectedBackMs),
    who: standing.who || null,
    why: standing.why || null,
    restorePoint: instant(standing.restorePointMs),
    alarm: standing.alarm && { system, backend: name, ...alarmOf(standing.alarm) },
    circuit: circuit.kind,
    cause: circuit.kind === 'CLOSED' ? null : circuit.cause,
    figures,
  }));
  const { state, since } = worst(backends);
  // ISO 8601 in UTC: the order of the texts is that of the times.
  const expectedBack =
    backends
      .map((backend) => backend.expectedBack ?? '')
      .sort()
      .at(-1) || null;
  return { name: system, state, since, expectedBack, backends };
}

function alarmOf({ provenMs, atMs, seen, compared, missing, older, reissued, changed, writes }: Findings) {
  const counts = { seen, compared, missing, older, reissued, changed, writes };
  return { ...counts, provenUpTo: instant(provenMs), at: isoInstant(atMs) };
}

/** An instant in the words of the schema, where there is one. */
export function instant(atMs: number | null): string | null {
  return atMs === null ? null : isoInstant(atMs);
}
