// What may be wrong with a mock: faults by system, backend and operation, as plain data with pure functions over it.
// Knows names and options; knows no socket and no wire (serve.ts and socket.ts act on what is looked up here).

/** One option of a fault: what it means, its value when not given and the smallest value that makes sense. */
interface OptionShape {
  readonly what: string;
  readonly value: number;
  readonly least: number;
}
/** What a fault does, in a sentence, and its options. */
interface FaultShape {
  readonly what: string;
  readonly options: Readonly<Record<string, OptionShape>>;
}

/**
 * Every fault there is. Where a handler runs although the reply goes wrong (slow, drip, garbled, truncated,
 * lost-acknowledgement), a write takes effect, as it would in the real thing.
 */
export const FAULTS = {
  down: { what: 'refuses connections and cuts those it has; a single operation is reset instead', options: {} },
  hung: {
    what: 'takes the request and never answers; once lifted, what it held is cut off',
    options: {
      late: { what: '1: carry out the held requests when lifted, whoever still listens', value: 0, least: 0 },
    },
  },
  slow: {
    what: 'answers late',
    // 5 s is past the patience of any page and short of the usual 10 s to 30 s timeout of an HTTP client.
    options: { ms: { what: 'delay in ms', value: 5_000, least: 0 } },
  },
  garbled: { what: "answers 200 with bytes that are not the wire's language", options: {} },
  truncated: { what: 'promises a whole body and cuts the connection half way', options: {} },
  flapping: {
    what: 'resets calls by turns, the first one included',
    // Every second call is the 50% at which a circuit has to make up its mind.
    options: { every: { what: 'one call in so many fails', value: 2, least: 1 } },
  },
  drip: {
    what: 'answers a few bytes at a time',
    // Ten minutes is longer than any sane timeout, while no pause between bytes is long enough for an idle timeout.
    options: { ms: { what: 'duration of the whole body in ms', value: 600_000, least: 0 } },
  },
  'lost-acknowledgement': { what: 'does what it is asked, then resets the connection before the reply', options: {} },
  'session-lost': {
    what: 'forgets every session, once, now',
    // Four: a refused call, the login, the call again, and one more, so that a session renewed once does work.
    options: {
      every: { what: 'forgets again on one call in so many, 4 or more; 0: never again', value: 0, least: 0 },
    },
  },
  'overnight-batch': { what: 'answers as it does while its overnight batch runs', options: {} },
} as const satisfies Record<string, FaultShape>;

/** A fault's name, in kebab case. */
export type FaultName = keyof typeof FAULTS;

/** The option of every fault that counts calls: it wears off by itself. */
const TIMES: OptionShape = { what: 'wears off after so many calls; 0: stands until lifted', value: 0, least: 0 };

/** What a fault is aimed at. No backend: all of the system. No operation: all of the backend. */
export interface Target {
  readonly system: string;
  readonly backend?: string;
  readonly operation?: string;
}
/** A fault that stands. `options` holds every option with its value; `options.times` counts down. */
export interface Fault {
  readonly target: string;
  readonly fault: FaultName;
  readonly options: Readonly<Record<string, number>>;
}
/** The faults that stand, at most one a target. */
export type Faults = readonly Fault[];

/** What can be broken: the mocks' systems and backends. */
export type Breakable = readonly { readonly system: string; readonly backend: string }[];

/** What was asked for is not there to break; the message is a sentence for people. */
export class UnknownFault extends Error {}

/** Reads `repairs`, `repairs.scheduler`, `repairs.scheduler.selectOrder` or `tenancies.GetProperties`. */
export function parseTarget(word: string, breakable: Breakable): Target {
  const [system = '', ...rest] = word.split('.');
  const backends = breakable.filter((one) => one.system === system).map((one) => one.backend);
  const [only] = backends;
  const backend = backends.find((name) => name === rest[0]);
  if (only !== undefined && rest.length === 0) return { system };
  if (backend !== undefined && rest.length === 1) return { system, backend };
  if (backend !== undefined && rest.length === 2 && rest[1]) return { system, backend, operation: rest[1] };
  // A system with one backend needs no word for it.
  if (only !== undefined && backends.length === 1 && rest.length === 1 && rest[0]) {
    return { system, backend: only, operation: rest[0] };
  }
  throw new UnknownFault(`There is no target "${word}". Allowed: ${targetNames(breakable)}, each with .OPERATION.`);
}

function targetNames(breakable: Breakable): string {
  const names = breakable.flatMap(({ system, backend }) =>
    system === backend ? [system] : [system, `${system}.${backend}`],
  );
  return [...new Set(names)].join(', ');
}

/** A target's one spelling: `tenancies.GetProperties` and `tenancies.tenancies.GetProperties` are the same. */
export function targetName({ system, backend, operation }: Target): string {
  const words = [system, backend === system ? undefined : backend, operation];
  return words.filter((word) => word !== undefined).join('.');
}

/** Checks a wish and fills in its options. Throws `UnknownFault` with what is allowed instead. */
export function makeFault(
  wish: { target: string; fault: string; options?: Readonly<Record<string, unknown>> | undefined },
  breakable: Breakable,
): Fault {
  const target = targetName(parseTarget(wish.target, breakable));
  if (!Object.hasOwn(FAULTS, wish.fault)) {
    throw new UnknownFault(`There is no fault "${wish.fault}". Allowed: ${Object.keys(FAULTS).join(', ')}.`);
  }
  const fault = wish.fault as FaultName;
  const shapes: Record<string, OptionShape> = { ...FAULTS[fault].options, times: TIMES };
  const options = Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, shape.value]));
  for (const [name, value] of Object.entries(wish.options ?? {})) {
    const shape = shapes[name];
    const fits = shape !== undefined && Number.isSafeInteger(value) && (value as number) >= shape.least;
    if (!fits || (fault === 'session-lost' && name === 'every' && [1, 2, 3].includes(value as number))) {
      const allowed = Object.entries(shapes).map(([key, one]) => `${key} (${one.what}; a whole number)`);
      throw new UnknownFault(`"${name}: ${value}" is no option of ${fault}. Allowed: ${allowed.join(', ')}.`);
    }
    options[name] = value as number;
  }
  return { target, fault, options };
}

/** Adds a fault; it takes the place of another on the same target. */
export function setFault(faults: Faults, fault: Fault): Faults {
  return [...faults.filter((one) => one.target !== fault.target), fault];
}

/** Lifts the faults on a target and on everything beneath it; all of them where no target is given. */
export function clearFaults(faults: Faults, target?: string): Faults {
  if (target === undefined) return [];
  return faults.filter((one) => one.target !== target && !one.target.startsWith(`${target}.`));
}

/** The fault that a call meets, the most specific first: operation, then backend, then system. */
export function faultOf(faults: Faults, { system, backend, operation }: Target): Fault | undefined {
  const levels: Target[] = [{ system }];
  if (backend !== undefined) levels.unshift({ system, backend });
  if (backend !== undefined && operation !== undefined) levels.unshift({ system, backend, operation });
  for (const level of levels) {
    const name = targetName(level);
    const found = faults.find((one) => one.target === name);
    if (found) return found;
  }
  return undefined;
}

/** Counts one call off a fault with `times`; the last one lifts it. */
export function spendFault(faults: Faults, fault: Fault): Faults {
  const times = fault.options.times ?? 0;
  if (times === 0) return faults;
  const rest = faults.filter((one) => one !== fault);
  return times === 1 ? rest : [...rest, { ...fault, options: { ...fault.options, times: times - 1 } }];
}
