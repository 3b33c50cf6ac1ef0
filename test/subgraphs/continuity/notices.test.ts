import { afterEach, describe, expect, it } from 'vitest';
import { createEvents, type KeptEvents, type SystemState } from '../../../subgraphs/continuity/events.ts';
import { createNotices, type Notices } from '../../../subgraphs/continuity/notices.ts';
import { openStore, type Store } from '../../../subgraphs/continuity/store.ts';
import { createTestClock, settled, type TestClock } from '../../clock.ts';
import { onBothEngines } from '../../stores.ts';

const tenMinutesMs = 10 * 60_000;
const surely = (what: string, error: unknown) => expect.fail(`${what}: ${error}`);

/** A process whose repairs system is as it is told. */
interface Process {
  notices: Notices;
  events: KeptEvents;
  become(state: SystemState): void;
  end(): Promise<void>;
}

async function process(store: Store | null, clock: TestClock, watched = true): Promise<Process> {
  let state: SystemState = 'OPERATIONAL';
  const events = createEvents({ store, clock, process: 'one', onFailure: surely });
  const notices = createNotices({ store, clock, events, onFailure: surely });
  await notices.hear();
  if (watched) notices.watch((system) => (system === 'repairs' ? state : undefined));
  return {
    notices,
    events,
    become(next) {
      state = next;
      const about = { system: 'repairs', backend: 'scheduler', atMs: clock.now(), cause: null, who: null, why: null };
      events.record({ ...about, state });
    },
    async end() {
      await events.close();
      await notices.close();
    },
  };
}

onBothEngines('a notice', (place) => {
  const opened: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const close of opened.splice(0).reverse()) await close();
  });

  async function open() {
    const store = await openStore(await place());
    opened.push(() => store.close());
    const clock = createTestClock();
    const start = async (watched?: boolean) => {
      const one = await process(store, clock, watched);
      opened.push(one.end);
      return one;
    };
    return { store, clock, start };
  }

  it('stands as it was last written until it is taken back, and is told each time', async () => {
    const { clock, start } = await open();
    const { notices, events } = await start();
    const told: string[] = [];
    events.listen((system) => told.push(system));
    await notices.set('repairs', 'Ring us.', 'Anna');
    await clock.advance(1_000);
    await notices.set('repairs', 'Ring us, or write.', 'Ben');
    expect(notices.of('repairs')).toEqual({ text: 'Ring us, or write.', atMs: clock.now() });
    expect(notices.of('lettings')).toBeNull();
    await notices.clear('repairs');
    expect(notices.of('repairs')).toBeNull();
    expect(told).toEqual(['repairs', 'repairs', 'repairs']);
  });

  it('that was written in an outage is not shown from when that is over, and gone ten minutes later', async () => {
    const { store, clock, start } = await open();
    const { notices, become } = await start();
    become('DOWN');
    await notices.set('repairs', 'Ring us.', 'Anna');
    expect(notices.of('repairs')).not.toBeNull();
    become('OPERATIONAL');
    expect(notices.of('repairs')).toBeNull();
    await clock.advance(tenMinutesMs - 1);
    expect(await store.db.selectFrom('notice').selectAll().execute()).toHaveLength(1);
    await clock.advance(1);
    await expect.poll(() => store.db.selectFrom('notice').selectAll().execute()).toEqual([]);
    become('DOWN');
    expect(notices.of('repairs')).toBeNull();
  });

  it('comes back with an outage that goes on after a few minutes', async () => {
    const { clock, start } = await open();
    const { notices, become } = await start();
    become('DOWN');
    await notices.set('repairs', 'Ring us.', 'Anna');
    become('OPERATIONAL');
    await clock.advance(tenMinutesMs / 2);
    become('DOWN');
    await clock.advance(tenMinutesMs);
    expect(notices.of('repairs')).toMatchObject({ text: 'Ring us.' });
  });

  it('about what is planned stands while the system is well, and ends with what was planned', async () => {
    const { store, clock, start } = await open();
    const { notices, become } = await start();
    await notices.set('repairs', 'Not there on Sunday.', 'Anna');
    await clock.advance(3 * tenMinutesMs);
    expect(notices.of('repairs')).toMatchObject({ text: 'Not there on Sunday.' });
    become('ISOLATED');
    become('OPERATIONAL');
    await clock.advance(tenMinutesMs);
    await expect.poll(() => store.db.selectFrom('notice').selectAll().execute()).toEqual([]);
  });

  it('outlasts the process: of an outage it shows when the system is found down again, of something planned at once', async () => {
    const { clock, start } = await open();
    const first = await start();
    first.become('DOWN');
    await clock.advance(1_000);
    await first.notices.set('repairs', 'Ring us.', 'Anna');
    await first.events.flush();
    const second = await start();
    expect(second.notices.of('repairs')).toBeNull();
    second.become('DOWN');
    expect(second.notices.of('repairs')).toMatchObject({ text: 'Ring us.' });
    await second.notices.set('lettings', 'Not there on Sunday.', 'Anna');
    expect((await start()).notices.of('lettings')).toMatchObject({ text: 'Not there on Sunday.' });
  });

  it('that was written after an outage is about what is planned, in the next process too', async () => {
    const { clock, start } = await open();
    const first = await start();
    first.become('DOWN');
    await clock.advance(1_000);
    first.become('OPERATIONAL');
    await clock.advance(tenMinutesMs);
    await first.notices.set('repairs', 'Not there on Sunday.', 'Anna');
    await first.events.flush();
    expect((await start()).notices.of('repairs')).toMatchObject({ text: 'Not there on Sunday.' });
  });

  it('shows to whoever does not know how systems are, and never ends there', async () => {
    const { store, clock, start } = await open();
    const first = await start();
    first.become('DOWN');
    await first.notices.set('repairs', 'Ring us.', 'Anna');
    await first.events.flush();
    const unwatched = await start(false);
    expect(unwatched.notices.of('repairs')).toMatchObject({ text: 'Ring us.' });
    await clock.advance(2 * tenMinutesMs);
    expect(await store.db.selectFrom('notice').selectAll().execute()).toHaveLength(1);
  });

  it('of another process is heard within a second or two where they share a PostgreSQL', async ({ skip }) => {
    const { store, clock, start } = await open();
    if (store.engine === 'SQLITE') return skip('an SQLite store is of one process');
    const [one, other] = [await start(), await start()];
    await one.notices.set('repairs', 'Ring us.', 'Anna');
    await expect
      .poll(async () => {
        await clock.advance(1_000);
        return other.notices.of('repairs')?.text;
      })
      .toBe('Ring us.');
    await one.notices.clear('repairs');
    await expect
      .poll(async () => {
        await clock.advance(1_000);
        return other.notices.of('repairs');
      })
      .toBeNull();
  });

  it('that cannot be written does not stand', async () => {
    const { store, clock } = await open();
    const broken = new Proxy({} as Store['db'], {
      get() {
        throw new Error('disk full');
      },
    });
    const events = createEvents({ store: null, clock, process: 'one', onFailure: surely });
    const notices = createNotices({ store: { ...store, db: broken }, clock, events, onFailure: surely });
    await expect(notices.set('repairs', 'Ring us.', 'Anna')).rejects.toThrow('disk full');
    expect(notices.of('repairs')).toBeNull();
    await notices.close();
  });
});

describe('without a store', () => {
  it('a notice stands while the process runs', async () => {
    const { notices, end } = await process(null, createTestClock());
    await notices.set('repairs', 'Ring us.', 'Anna');
    await settled();
    expect(notices.of('repairs')).toMatchObject({ text: 'Ring us.' });
    await end();
  });
});
