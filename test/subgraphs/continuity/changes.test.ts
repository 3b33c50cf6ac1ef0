import { describe, expect, it } from 'vitest';
import { changes } from '../../../subgraphs/continuity/changes.ts';

/** Events that a test makes happen, and systems whose version it counts. */
function world() {
  const listeners = new Set<(system: string) => void>();
  const versions: Record<string, number> = { tenancies: 1, repairs: 1 };
  return {
    listeners,
    change(system: string) {
      versions[system] = (versions[system] ?? 0) + 1;
      for (const listener of [...listeners]) listener(system);
    },
    subscriber: () =>
      changes(
        Object.keys(versions),
        {
          listen(listener) {
            listeners.add(listener);
            return () => void listeners.delete(listener);
          },
        },
        (system) => `${system} ${versions[system]}`,
      ),
  };
}

describe('what a subscriber is told', () => {
  it('is every system as it is, then each that changes', async () => {
    const { subscriber, change } = world();
    const told = subscriber();
    expect([(await told.next()).value, (await told.next()).value]).toEqual(['tenancies 1', 'repairs 1']);
    const next = told.next();
    change('repairs');
    expect((await next).value).toBe('repairs 2');
  });

  it('to one who is slow is each system once, as it is by then', async () => {
    const { subscriber, change } = world();
    const told = subscriber();
    for (let i = 0; i < 1_000; i++) change('tenancies');
    expect([(await told.next()).value, (await told.next()).value]).toEqual(['repairs 1', 'tenancies 1001']);
    const next = told.next();
    change('repairs');
    expect((await next).value).toBe('repairs 2');
  });

  it('ends while it waits, and is listened for no longer', async () => {
    const { subscriber, listeners } = world();
    const told = subscriber();
    await told.next();
    await told.next();
    const next = told.next();
    expect(listeners.size).toBe(1);
    await told.return();
    expect(await next).toEqual({ done: true, value: undefined });
    expect(listeners.size).toBe(0);
    expect((await told.next()).done).toBe(true);
  });
});
