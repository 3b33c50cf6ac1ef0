// What stands between a peer's subgraph and the wire: nothing but a time limit, or one of two well-known circuit
// breakers with the settings of their own documentation. The breakers are installed for this measurement only.

/** Makes a call under a guard. */
export type Guard = <T>(work: (signal: AbortSignal) => Promise<T>) => Promise<T>;
/** A guard for one backend. `tell` hears of its circuit. */
export type MakeGuard = (tell: (circuit: 'OPEN' | 'RAMPING' | 'CLOSED') => void) => Guard;

/** The time limit of a call that nothing else limits, in ms: Lintel's own. */
const timeoutMs = 2_000;
/** With a breaker, in ms: Lintel's patience. */
const patienceMs = 300;

const limited: Guard = (work) => work(AbortSignal.timeout(timeoutMs));

// Not there where types are checked.
// biome-ignore lint/suspicious/noExplicitAny: see above.
const peer = (name: string): Promise<any> => import(name);

/** By name. */
export const guards: Record<string, () => Promise<MakeGuard>> = {
  none: async () => () => limited,
  async opossum() {
    const { default: CircuitBreaker } = await peer('opossum');
    return (tell) => {
      const breaker = new CircuitBreaker(limited, {
        timeout: patienceMs,
        errorThresholdPercentage: 50,
        resetTimeout: 30_000,
      });
      breaker.on('open', () => tell('OPEN'));
      breaker.on('halfOpen', () => tell('RAMPING'));
      breaker.on('close', () => tell('CLOSED'));
      return (work) => breaker.fire(work);
    };
  },
  async cockatiel() {
    const { circuitBreaker, ConsecutiveBreaker, handleAll, timeout, TimeoutStrategy, wrap } = await peer('cockatiel');
    return (tell) => {
      const breaker = circuitBreaker(handleAll, { halfOpenAfter: 10_000, breaker: new ConsecutiveBreaker(5) });
      breaker.onBreak(() => tell('OPEN'));
      breaker.onHalfOpen(() => tell('RAMPING'));
      breaker.onReset(() => tell('CLOSED'));
      const policy = wrap(breaker, timeout(patienceMs, TimeoutStrategy.Aggressive));
      return (work) => policy.execute(({ signal }: { signal: AbortSignal }) => work(signal));
    };
  },
};
