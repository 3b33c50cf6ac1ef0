// What is read once when the process starts, since it would take longer than anybody waits. Knows plans; keeps nothing.
import type { Clock } from './clock.ts';
import type { Planned } from './warm.ts';
import { createGate } from './warmgate.ts';
import { statusOf } from './warmrun.ts';

/** Reads it once its system is well, and tries again until it is. */
export interface AtStart {
  /** When all of it is read, or given up. */
  over: Promise<void>;
  end(): void;
}

/** One call, and a second's rest: there is one question of each system. */
const gentleness = { atOnce: 1, callsASecond: 1 };

/** Reads what plans want read at the start. */
export function atStart(systems: readonly Planned[], clock: Clock): AtStart {
  const { signal, ...ending } = endable();
  const all = systems.map(async ({ system, plan }) => {
    const wanted = plan?.atStart;
    if (!wanted || !system) return;
    const gate = createGate({ clock, gentleness, status: () => statusOf(system, system.backendOf(wanted.kind)) });
    while (!signal.aborted) {
      // Why it failed the system tells the log itself; the gate waits longer each time.
      const read = gate.pass(wanted.kind, () => system.fetch(wanted.kind, [wanted.key], signal), signal);
      if (await read.then(Boolean, () => false)) return;
    }
  });
  return { over: Promise.all(all).then(() => {}), ...ending };
}

function endable() {
  const controller = new AbortController();
  return { signal: controller.signal, end: () => controller.abort(new Error('the process ends')) };
}
