// Mocks on real ports with a control port beside them, and the faults that stand over them all.
// Knows which mock listens where; knows no wire, and leaves what a fault does to backend.ts.

import { type Backup, type Backups, backupsOf, type ChangeWish, type StaffChange } from './backups.ts';
import type { Effects } from './effects.ts';
import { type Fault, type Faults, faultOf, parseTarget, spendFault } from './faults.ts';
import type { Mock } from './mock.ts';
import { type Backend, type FaultBoard, serveBackend, type Traffic } from './sockets/backend.ts';
import { addFault, type Controlled, liftFaults, serveControl } from './sockets/control.ts';

/** Where and how the mocks are served. */
export interface ServeOptions {
  /** Base port: control on it, the mocks on the ones after it in their order; 0, the default, is any free ports. */
  port?: number;
  /** Multiplies each mock's own latency: 0, the default, answers at once; 1 is as slow as the real thing. */
  latency?: number;
  /** Default 127.0.0.1, and nothing else on a machine that others can reach. */
  host?: string;
  /** Hosts that are answered for besides `host` and the loopback ones, in lower case, with a port or without. */
  hosts?: ReadonlySet<string>;
  /** The clock by which backups have their times, in ms since 1970; default the real one. */
  nowMs?: () => number;
  /** What the control port tells whoever comes to use the mocks. */
  facts?(backends: readonly Backend[]): unknown;
  /** What callers have had done; the control port tells it. */
  effects?: Pick<Effects, 'after'>;
}

/** What a fault is asked for with; see `FAULTS` for names and options. */
export interface FaultWish {
  target: string;
  fault: string;
  options?: Record<string, number>;
}

/** Mocks that listen. */
export interface ServedMocks {
  /** In the order of the list. */
  readonly backends: readonly Backend[];
  readonly controlUrl: string;
  faults(): Faults;
  /** Sets a fault and waits until it is in force. Throws `UnknownFault` with what is allowed. */
  setFault(wish: FaultWish): Promise<void>;
  /** Lifts the faults on a target and all beneath it, or every one, and waits until all ports listen again. */
  clearFaults(target?: string): Promise<void>;
  /** Takes a copy of all that a system or a backend keeps, or of everything. Throws `UnknownBackup`. */
  backup(target?: string): readonly Backup[];
  /** Puts the last copy back, sessions lost; or, with `days`, the state of so many days ago. Rejects with `UnknownBackup`. */
  restore(target?: string, options?: { days?: number }): Promise<readonly Backup[]>;
  /** The last copy of each backend that has one. */
  backups(): readonly Backup[];
  /** Has the systems' own staff change things. Throws `UnknownBackup`. */
  change(wish?: ChangeWish): readonly StaffChange[];
  /** By backend: `calls()['repairs.scheduler'].operations.selectOrder`. */
  calls(): Record<string, Traffic>;
  resetCalls(): void;
  /** Ends everything at once, hung connections included. */
  close(): Promise<void>;
}

/** Serves mocks on real sockets. Rejects where a port is taken, having closed what it had opened. */
export async function serveMocks(mocks: readonly Mock[], options: ServeOptions = {}): Promise<ServedMocks> {
  const { port = 0, latency = 0, host = '127.0.0.1' } = options;
  const hosts = new Set([host, ...(options.hosts ?? [])]);
  let faults: Faults = [];
  let changing: Promise<unknown> = Promise.resolve();
  const turns = new Map<string, number>();
  const backends: Backend[] = [];

  const board: FaultBoard = {
    standing: () => faults,
    meet: ({ system, backend }, operation) => {
      const fault = faultOf(faults, { system, backend, operation });
      if (!fault) return undefined;
      const turn = turns.get(fault.target) ?? 0;
      turns.set(fault.target, turn + 1);
      faults = spendFault(faults, fault);
      return { fault, turn };
    },
  };

  function loseSessions({ target }: Fault): void {
    const { system, backend } = parseTarget(target, mocks);
    for (const mock of mocks) {
      if (mock.system === system && (backend === undefined || mock.backend === backend)) mock.loseSessions();
    }
  }

  const backups: Backups = backupsOf(mocks, options.nowMs);
  const calls = () => Object.fromEntries(backends.map((one) => [one.name, one.traffic()]));

  const controlled: Controlled = {
    breakable: mocks,
    backups,
    faults: () => faults,
    change: (next, added) => {
      faults = next;
      if (added) turns.delete(added.target);
      if (added?.fault === 'session-lost') loseSessions(added);
      // One after another: a port that is closing cannot be told to listen.
      const settled = changing.then(() => Promise.all(backends.map((one) => one.settle())));
      changing = settled.catch(() => undefined); // whoever asked for the change is told; the next one starts afresh
      return settled.then(() => undefined);
    },
    calls,
    resetCalls: () => {
      for (const one of backends) one.resetTraffic();
    },
    facts: () => options.facts?.(backends) ?? {},
    effects: (number) => options.effects?.after(number) ?? [],
  };

  const control = await serveControl(controlled, port, host, hosts);
  const close = async () => {
    await changing;
    await Promise.all([control.refuse(), ...backends.map((one) => one.close())]);
  };
  try {
    for (const [index, mock] of mocks.entries()) {
      const own = port === 0 ? 0 : port + 1 + index;
      backends.push(await serveBackend(mock, board, { port: own, host, hosts, latency }));
    }
  } catch (error) {
    await close();
    throw error;
  }
  // A caller gives a system a second, and to look at 125,000 homes takes longer: it is done before anybody asks.
  void (async () => {
    for (const mock of mocks) await mock.prepare?.();
  })();
  return {
    backends,
    controlUrl: `http://${host}:${control.number}`,
    faults: controlled.faults,
    setFault: (wish) => addFault(controlled, wish),
    clearFaults: (target) => liftFaults(controlled, target),
    backup: backups.take,
    restore: (target, { days } = {}) => backups.putBack(target, days),
    backups: backups.list,
    change: (wish = {}) => backups.change(wish),
    calls,
    resetCalls: controlled.resetCalls,
    close,
  };
}
