// The read rows of the fault matrix: what is done to one system, and what its readers may then be told. The writes' rows
// come with the intake; the quiet restore and a system that an operator has cut off, with the states.
import type { Answer } from '../bench/outage/streams.ts';
import type { ProxyFault } from '../proxy.ts';
import type { Site } from './site.ts';

/** One row. */
export interface Row {
  /** As a sentence about the system. */
  name: string;
  system: string;
  inflict(site: Site): Promise<void>;
  lift(site: Site): Promise<void>;
  /** What may be told of records that are kept, and of others. */
  kept: readonly Answer[];
  fresh: readonly Answer[];
  /** The codes that its errors may have. */
  codes: readonly string[];
  /** Whether it is bad enough for the circuit to open, always; null: it may. */
  opens: boolean | null;
  /** Whether probes, sent while it lasts, come by the proxy. */
  probesSeen: boolean;
}

/** Whoever has not been answered yet is told that; whoever comes later, that it is down; or that our own places are taken. */
const silent = ['SYSTEM_TIMEOUT', 'SYSTEM_DOWN', 'SYSTEM_OVERLOADED'];

function onTheWay(
  name: string,
  system: string,
  fault: ProxyFault,
  row: Pick<Row, 'kept' | 'fresh' | 'codes' | 'opens'>,
): Row {
  return {
    name,
    system,
    inflict: ({ proxies }) => proxies[system]?.set(fault) as Promise<void>,
    lift: ({ proxies }) => proxies[system]?.set(null) as Promise<void>,
    probesSeen: row.opens === true && fault.kind !== 'REFUSE',
    ...row,
  };
}

const dead = { kept: ['KEPT'], fresh: ['PARTLY'], opens: true } as const;
const well = { kept: ['LIVE'], fresh: ['LIVE'], codes: [], opens: false } as const;

export const rows: readonly Row[] = [
  onTheWay('takes a question and never answers', 'repairs', { kind: 'HANG' }, { ...dead, codes: silent }),
  onTheWay(
    'stops in the middle of an answer',
    'tenancies',
    { kind: 'HANG', afterBytes: 300 },
    { ...dead, codes: silent },
  ),
  {
    name: 'stands still, its process stopped, and goes on later',
    system: 'repairs',
    inflict: async ({ landlord }) => void process.kill(landlord.repairsPid, 'SIGSTOP'),
    lift: async ({ landlord }) => void process.kill(landlord.repairsPid, 'SIGCONT'),
    probesSeen: true,
    codes: silent,
    ...dead,
  },
  onTheWay('refuses connections', 'telephony', { kind: 'REFUSE' }, { ...dead, codes: ['SYSTEM_DOWN'] }),
  onTheWay('resets connections', 'tenancies', { kind: 'RESET' }, { ...dead, codes: ['SYSTEM_DOWN'] }),
  onTheWay(
    'is cut off within the headers of an answer',
    'tenancies',
    { kind: 'CUT', afterBytes: 40 },
    { ...dead, codes: ['SYSTEM_DOWN', 'SYSTEM_GARBLED'] },
  ),
  onTheWay(
    'is cut off within the body of an answer',
    'tenancies',
    { kind: 'CUT', afterBytes: 400 },
    { ...dead, codes: ['SYSTEM_DOWN', 'SYSTEM_GARBLED'] },
  ),
  onTheWay('answers a little late', 'lettings', { kind: 'DELAY', ms: 100 }, well),
  onTheWay(
    'answers later than its readers’ patience, in time for those who have nothing else',
    'tenancies',
    { kind: 'DELAY', ms: 600 },
    // Whoever comes while somebody's call is under way waits less for it.
    { ...well, kept: ['KEPT', 'LIVE'] },
  ),
  onTheWay('answers past its time limit', 'lettings', { kind: 'DELAY', ms: 4_000 }, { ...dead, codes: silent }),
  onTheWay('answers in drips, in time', 'lettings', { kind: 'DRIP', bytes: 100, everyMs: 5 }, well),
  onTheWay(
    'answers in drips, past its time limit',
    'lettings',
    { kind: 'DRIP', bytes: 1, everyMs: 20 },
    {
      ...dead,
      codes: silent,
    },
  ),
  onTheWay(
    'resets every second question',
    'repairs',
    { kind: 'FLAP' },
    { kept: ['LIVE', 'KEPT'], fresh: ['LIVE', 'PARTLY'], codes: ['SYSTEM_DOWN', 'SYSTEM_OVERLOADED'], opens: null },
  ),
];
