// A made-up register of people behind one backend, over a real store: for suites about what stands over a backend and what
// readers are then given. It answers as it is told, and counts what it is asked.
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, onTestFinished } from 'vitest';
import { consentOf } from '../../../subgraphs/continuity/consent.ts';
import type { Answer, Read, SystemDefinition } from '../../../subgraphs/continuity/definition.ts';
import { SystemError, WireError } from '../../../subgraphs/continuity/errors.ts';
import { createStandings } from '../../../subgraphs/continuity/standings.ts';
import { createSystem } from '../../../subgraphs/continuity/system.ts';
import { alone } from '../../alone.ts';
import { createTestClock, settled } from '../../clock.ts';
import { type OpenKept, openKept } from '../../kept.ts';

/** What the register says of somebody. `changedAt`: by its own account, ISO 8601. */
export interface Entry {
  name: string;
  telephone?: string;
  changedAt?: string;
}

/** The wire: a person by reference, and remarks about them, which have no date. */
function createRegister(name: string) {
  const register = {
    people: new Map<string, Entry>(),
    remarks: new Map<string, string>(),
    away: false,
    /** Every question, in order: its kind and keys. */
    asked: [] as string[],
    probes: 0,
  };
  function answer<Value>(kind: string, all: () => Map<string, Value>) {
    return async (keys: readonly string[]) => {
      register.asked.push(`${kind} ${keys}`);
      if (register.away) throw new WireError('UNREACHABLE', 'refused');
      const from = all();
      return new Map(keys.flatMap((key) => (from.has(key) ? [[key, from.get(key) as Value] as const] : [])));
    };
  }
  const reads = {
    person: {
      ...{ backend: 'register', limit: 10, absent: null, ask: answer('person', () => register.people) },
      records: ({ name, changedAt }, key) => [{ reference: key, identity: name, updatedAt: changedAt }],
    } as Read<string, Entry | null>,
    remark: {
      ...{ backend: 'register', limit: 10, absent: null, ask: answer('remark', () => register.remarks) },
      records: (_remark, key) => [{ reference: key, identity: '' }],
    } as Read<string, string | null>,
  };
  const definition: SystemDefinition<typeof reads> = {
    name,
    backends: { register: { variable: 'PEOPLE', credentials: 'PASSWORD' } },
    adapter: () => ({
      reads,
      probes: {
        async register() {
          register.probes += 1;
          if (register.away) throw new WireError('UNREACHABLE', 'refused');
        },
      },
      close: async () => {},
    }),
    resolvers: {},
  };
  return { register, definition };
}

const by = { who: 'Ann', why: 'a virus', expectedBackMs: null };

/** Opens a store for the tests of one file. `start` gives a Lintel over a register of its own, which ends with its test. */
export function createRegisters() {
  const folder = mkdtempSync(join(tmpdir(), 'lintel-register-'));
  const clock = createTestClock();
  let kept: OpenKept | undefined;
  let count = 0;
  afterAll(async () => {
    await kept?.close();
    rmSync(folder, { recursive: true });
  });
  return async () => {
    kept ??= await openKept({ file: join(folder, 'store.sqlite') }, { keys, clock });
    return startRegister(kept, `people${++count}`);
  };
}

const keys = new Map([['one', randomBytes(32)]]);

async function startRegister({ snapshots, store, cipher, clock }: OpenKept, name: string) {
  const { register, definition } = createRegister(name);
  const failures: string[] = [];
  const onFailure = (what: string, error: unknown) => void failures.push(`${what}: ${error}`);

  async function boot() {
    const standings = createStandings({ store, clock, cipher, onFailure });
    await standings.hear();
    const system = createSystem(definition, {
      ...alone(clock),
      ...{ standings, clock, connections: {}, snapshots, random: () => 0, id: () => 'call' },
      onStoreFailure: onFailure,
    });
    return {
      ...{ system, standings },
      async close() {
        await system.close();
        await standings.close();
      },
    };
  }

  let running = await boot();
  onTestFinished(async () => {
    await running.close();
    expect(failures).toEqual([]);
  });
  const status = () => running.system.status()[0] as ReturnType<typeof running.system.status>[number];

  /** Lets time pass a second at a time, and what the store is asked come about, until something is so. */
  async function passes(so: () => boolean): Promise<void> {
    for (let second = 0; !so(); second += 1) {
      if (second > 120) throw new Error(`not within two minutes: ${so}`);
      await clock.advance(1_000);
      for (const db of [store.db, store.background]) await db.selectFrom('mark').select('name').limit(1).execute();
      for (let turn = 0; turn < 10; turn += 1) await settled();
    }
  }

  return {
    ...{ name, register, clock, snapshots, status },
    lintel: () => running,
    async restart() {
      await snapshots.flush();
      await running.close();
      running = await boot();
    },
    /** What is given: `value, SOURCE as of time`, or the code of the error. */
    async given(kind: 'person' | 'remark', keys: readonly string[], cacheControl?: string) {
      const answers = await running.system.read(kind, keys, { consent: consentOf(cacheControl) });
      return answers.map((answer) => {
        if (answer instanceof SystemError) return answer.extensions.code;
        const { value, provenance } = answer as Answer<Entry | string | null>;
        const said = typeof value === 'object' ? (value?.telephone ?? value?.name ?? null) : value;
        return `${said}, ${provenance.source} as of ${provenance.asOf}`;
      });
    },
    order: (order: Parameters<typeof running.system.order>[1]) => running.system.order(null, order, by),
    passes,
    /** Lets time pass until the backend stands so, and that is written down. */
    async stands(state: string) {
      await passes(() => status().state === state);
      await running.standings.flush();
      await snapshots.flush();
    },
    /** Lets it be away so long, and come back; a minute passes then. */
    async silence(ms: number, meanwhile: () => unknown = () => {}) {
      register.away = true;
      for (let tries = 0; tries < 3; tries += 1) await running.system.read('person', ['nobody']);
      clock.leap(ms);
      meanwhile();
      register.away = false;
      await clock.advance(60_000);
    },
  };
}
