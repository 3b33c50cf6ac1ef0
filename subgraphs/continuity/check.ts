// One look at each backend of a system, outside of any circuit, for whoever sets Lintel up: can it be reached, and are
// we let in. Each login is tried once: six refused ones lock an account.
import type { Clock } from './clock.ts';
import type { Adapter, Connection, SystemDefinition } from './definition.ts';
import { WireError, type WireFailure } from './errors.ts';

/** What came of looking at one backend. */
export interface Check {
  outcome: 'OK' | WireFailure;
  tookMs: number;
  /** What was wrong, for operators; never any of the reply. */
  message?: string;
  /** For UNREACHABLE: what the operating system or TLS calls it. */
  code?: string;
  /** OK: what else whoever sets it up should know, in sentences. */
  notes?: readonly string[];
}

/** How long one look may take, in ms: well past any call's own limit, so that a slow backend is told from a hung one. */
export const checkLimitMs = 10_000;

/** Looks at backends of a system, all at once: each by the cheapest question that needs its login. Never throws. */
export async function checkBackends(
  definition: SystemDefinition,
  connections: Record<string, Connection>,
  backends: readonly string[],
  clock: Clock,
): Promise<Map<string, Check>> {
  const adapter = definition.adapter(connections, clock);
  try {
    const look = async (backend: string): Promise<[string, Check]> => {
      const ask = adapter.checks?.[backend] ?? adapter.probes[backend];
      if (!ask) throw new Error(`${definition.name} has no probe for its backend ${backend}`);
      return [backend, await checked(ask, clock)];
    };
    return new Map(await Promise.all(backends.map(look)));
  } finally {
    await adapter.close();
  }
}

async function checked(ask: NonNullable<Adapter['checks']>[string], clock: Clock): Promise<Check> {
  const startedMs = clock.now();
  const limit = new AbortController();
  const cancel = clock.after(checkLimitMs, () =>
    limit.abort(new WireError('TIMEOUT', `no answer in ${checkLimitMs / 1000} seconds`)),
  );
  try {
    const notes = await ask(limit.signal);
    return { outcome: 'OK', tookMs: clock.now() - startedMs, ...(notes && { notes }) };
  } catch (error) {
    const failure = error instanceof WireError ? error : new WireError('GARBLED', `it cannot be read: ${error}`);
    const { failure: outcome, message, code } = failure;
    return { outcome, tookMs: clock.now() - startedMs, message, ...(code !== undefined && { code }) };
  } finally {
    cancel();
  }
}
