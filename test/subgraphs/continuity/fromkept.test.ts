// What is kept of one system as its reads declare it, in a real store.
import { expect, it } from 'vitest';
import { consentOf } from '../../../subgraphs/continuity/consent.ts';
import type { Answer, KeptReader, Read, SystemDefinition } from '../../../subgraphs/continuity/definition.ts';
import { type SystemError, WireError } from '../../../subgraphs/continuity/errors.ts';
import { readKept } from '../../../subgraphs/continuity/keys.ts';
import type { Snapshots } from '../../../subgraphs/continuity/snapshots.ts';
import { createSystem } from '../../../subgraphs/continuity/system.ts';
import { alone } from '../../alone.ts';
import { createTestClock } from '../../clock.ts';
import { openTestSnapshots } from '../../stores.ts';

/** A house, and the people in it by name. */
interface House {
  people: string[];
}

/** A system of houses and people: a person can be told out of the house that they live in. */
async function setup() {
  const clock = createTestClock();
  const stored = await openTestSnapshots(clock);
  const store = { fails: false, failures: 0 };
  const snapshots: Snapshots = {
    ...stored,
    async findByTerm(...given) {
      if (!store.fails) return stored.findByTerm(...given);
      store.failures += 1;
      return [];
    },
    figures: () => ({ ...stored.figures(), failures: store.failures }),
  };
  const wire = { down: false, asked: [] as string[], houses: new Map<string, House>(), spoilt: false };
  const ask = (kind: string) => async (keys: readonly string[]) => {
    wire.asked.push(kind);
    if (wire.down) throw new WireError('UNREACHABLE', 'refused');
    if (kind === 'house')
      return new Map(keys.flatMap((key) => (wire.houses.has(key) ? [[key, wire.houses.get(key)]] : [])));
    return new Map(keys.map((key) => [key, `${key}, live`]));
  };
  const common = { backend: 'register', limit: 10 };
  const residents = async (name: string, kept: KeptReader) =>
    (await kept.findByTerm('house', `surname\n${name}`)).filter(({ value }) => (value as House).people.includes(name));
  const reads = {
    house: {
      ...common,
      absent: null,
      terms: (house) => house?.people.map((name) => `surname\n${name}`) ?? [],
      ask: ask('house'),
    } as Read<string, House | null>,
    person: {
      ...common,
      absent: null,
      async fromKept(names, kept) {
        if (wire.spoilt) throw new TypeError('of another shape');
        const found = new Map();
        for (const name of names) {
          const [house] = await residents(name, kept);
          if (house) found.set(name, { value: `${name}, of ${house.key}`, readAtMs: house.readAtMs });
        }
        return found;
      },
      nothingKept: 'Nobody of that name is kept.',
      ask: ask('person'),
    } as Read<string, string | null>,
    slots: { ...common, absent: [], kept: false, ask: ask('slots') } as Read<string, string | string[]>,
    housesOf: readKept<string, string[]>('register', [], {
      async find(name, kept) {
        const found = await residents(name, kept);
        const whole = await kept.wholeSince('house');
        if (found.length === 0) return whole === null ? null : { items: [], readAtMs: whole };
        return { items: found.map(({ key }) => key), readAtMs: Math.min(...found.map(({ readAtMs }) => readAtMs)) };
      },
      nothingKept: 'No house of anybody of that name is kept.',
    }),
  };
  const failures: string[] = [];
  const definition: SystemDefinition<typeof reads> = {
    name: 'estate',
    backends: { register: { variable: 'ESTATE', credentials: 'PASSWORD' } },
    adapter: () => ({
      reads,
      probes: { register: () => Promise.reject(new WireError('UNREACHABLE', 'refused')) },
      close: async () => {},
    }),
    resolvers: {},
  };
  const system = createSystem(definition, {
    ...alone(clock),
    clock,
    random: () => 0,
    id: () => 'call',
    connections: {},
    snapshots,
    onStoreFailure: (what, error) => failures.push(`${what}: ${error}`),
  });
  const read = async (kind: keyof typeof reads, key: string, cacheControl?: string) =>
    (await system.read(kind, [key], { consent: consentOf(cacheControl) }))[0] as Answer<unknown> & SystemError;
  return { clock, snapshots, store, wire, system, read, failures };
}

const at = (ms: number) => new Date(ms).toISOString();

it('tells what is not kept under its key out of other kept records, as old as they are', async () => {
  const { clock, wire, read } = await setup();
  wire.houses.set('1', { people: ['Ada', 'Ben'] });
  const readAtMs = clock.now();
  await read('house', '1');
  await clock.advance(60_000);
  wire.down = true;
  const provenance = { system: 'estate', source: 'SNAPSHOT', asOf: at(readAtMs) };
  expect(await read('person', 'Ada')).toEqual({ value: 'Ada, of 1', provenance });
  expect(await read('person', 'Ada', 'only-if-cached')).toEqual({ value: 'Ada, of 1', provenance });
  expect((await read('person', 'Ada', 'max-stale=59')).extensions.code).toBe('STALER_THAN_ASKED');
});

it('gives whichever is newer: what is kept under the key, or what others tell', async () => {
  const { clock, wire, read } = await setup();
  wire.houses.set('1', { people: ['Ada'] });
  await read('person', 'Ada');
  await clock.advance(1_000);
  await read('house', '1');
  expect((await read('person', 'Ada', 'only-if-cached')).value).toBe('Ada, of 1');
  await clock.advance(61_000);
  await read('person', 'Ada');
  expect((await read('person', 'Ada', 'only-if-cached')).value).toBe('Ada, live');
});

it('says in the words of the kind that nothing kept tells either, where it was looked for', async () => {
  const { wire, read } = await setup();
  wire.down = true;
  const { message, extensions } = await read('person', 'Cyd');
  expect(message).toBe('The estate system cannot be reached. Nobody of that name is kept.');
  expect(extensions).toMatchObject({ code: 'SYSTEM_DOWN', retryable: true });
  expect((await read('person', 'Cyd', 'no-cache, stale-if-error=0')).message).toBe(
    'The estate system cannot be reached.',
  );
  expect((await read('house', '9')).message).toMatch(/^The estate system [^.]*\.$/);
});

it('takes records that it cannot make sense of for nothing kept, and says so', async () => {
  const { wire, read, failures } = await setup();
  await read('person', 'Ada');
  wire.spoilt = true;
  expect((await read('person', 'Ada', 'only-if-cached')).value).toBe('Ada, live');
  expect(failures).toEqual(['making sense of kept records for person: TypeError: of another shape']);
});

it('never keeps what is not to be kept', async () => {
  const { wire, read, snapshots } = await setup();
  expect((await read('slots', 'a')).value).toBe('a, live');
  await snapshots.flush();
  expect(snapshots.figures()).toMatchObject({ queued: 0, written: 0 });
  wire.down = true;
  expect((await read('slots', 'a')).extensions.code).toBe('SYSTEM_DOWN');
  expect((await read('slots', 'a', 'only-if-cached')).extensions.code).toBe('STALER_THAN_ASKED');
});

it('answers what no wire is asked out of kept records alone, whether the system is up or down', async () => {
  const { clock, wire, read, snapshots } = await setup();
  const nothing = await read('housesOf', 'Ada');
  expect(nothing.message).toBe('No house of anybody of that name is kept.');
  expect(nothing.extensions).toMatchObject({ code: 'STALER_THAN_ASKED', system: 'estate' });
  wire.houses.set('1', { people: ['Ada'] });
  await read('house', '1');
  wire.asked.length = 0;
  expect(await read('housesOf', 'Ada')).toEqual({
    value: ['1'],
    provenance: { system: 'estate', source: 'SNAPSHOT', asOf: at(clock.now()) },
  });
  await clock.advance(1_000);
  expect((await read('housesOf', 'Ada', 'no-cache, stale-if-error=0')).extensions.code).toBe('STALER_THAN_ASKED');
  snapshots.complete('estate', 'house', clock.now());
  await snapshots.flush();
  expect(await read('housesOf', 'Cyd')).toEqual({
    value: [],
    provenance: { system: 'estate', source: 'SNAPSHOT', asOf: at(clock.now()) },
  });
  // That it was not there has its kind's own word.
  expect((await read('house', '7', 'only-if-cached')).value).toBeNull();
  expect(wire.asked).toEqual([]);
});

it('does not take for absent what a failing store has not given', async () => {
  const { clock, read, snapshots, store, wire } = await setup();
  wire.houses.set('1', { people: ['Ada'] });
  await read('house', '1');
  snapshots.complete('estate', 'house', clock.now());
  await snapshots.flush();
  store.fails = true;
  expect((await read('housesOf', 'Ada')).extensions.code).toBe('STALER_THAN_ASKED');
  store.fails = false;
  expect((await read('housesOf', 'Ada')).value).toEqual(['1']);
});
