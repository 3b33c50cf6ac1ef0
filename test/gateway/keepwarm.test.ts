// `npx lintel keep-warm` as a person runs it: real processes over mocks of their own.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { barOf, createSpeeds, duration, lineOf, type WalkShown } from '../../gateway/commands/warmbar.ts';
import { freePorts, type Run, run } from '../process.ts';

const folder = mkdtempSync(join(tmpdir(), 'lintel-keepwarm-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('npx lintel keep-warm', () => {
  let mocks: Run;
  let variables: Record<string, string>;
  let control: string;
  const running: Run[] = [];

  beforeAll(async () => {
    const mocksPort = await freePorts(8);
    mocks = run(['mocks', '--port', String(mocksPort), '--homes', '600', '--latency', '0.2']);
    control = `http://127.0.0.1:${mocksPort}`;
    await mocks.prints(/control/);
    const port = await freePorts(1);
    variables = { PORT: String(port), MOCKS_PORT: String(mocksPort), KEEP_WARM: 'off', LOG_LEVEL: 'error' };
  }, 60_000);
  afterEach(async () => {
    for (const each of running.splice(0)) {
      each.child.kill();
      await each.ended;
    }
  });
  afterAll(async () => {
    mocks.child.kill();
    await mocks.ended;
  });

  async function started(store: string): Promise<Run> {
    const lintel = run(['start', '--json'], { ...variables, STORE_FILE: join(folder, store, 'store.sqlite') });
    running.push(lintel);
    await lintel.prints(/"graphql"/);
    return lintel;
  }

  const keepWarm = (store: string, ...args: string[]) =>
    run(['keep-warm', ...args], { ...variables, STORE_FILE: join(folder, store, 'store.sqlite') });

  /** How often an operation has been called since the last time this was asked. */
  async function calls(backend: string, operation: string): Promise<number> {
    const all = (await (await fetch(`${control}/calls`)).json()) as Record<
      string,
      { operations: Record<string, number> }
    >;
    await fetch(`${control}/calls/reset`, { method: 'POST' });
    return all[backend]?.operations[operation] ?? 0;
  }

  it('walks by itself where no Lintel runs, tells how far it is in plain lines, and ends well', async () => {
    const command = keepWarm('alone', 'lettings', 'telephony');
    expect(await command.ended).toBe(0);
    expect(command.output()).toMatch(/Lintel does not run here: this process walks by itself\./);
    expect(command.output()).toMatch(/^lettings: everything is kept, \d+ records, in \d+ s\.$/m);
    expect(command.output()).toMatch(/^telephony: everything is kept, [\d,]+ records, in \d+ s\.$/m);
    expect(command.output()).not.toContain('\u001b');
  }, 60_000);

  it('has the Lintel that runs walk; after a kill -9 the next one goes on where that was', async () => {
    const first = await started('killed');
    const command = keepWarm('killed', 'tenancies', '--json');
    // The first of three parts is written down before the third begins.
    for (let done = 0; done < 1_500; ) {
      const { systems } = await asked(variables.PORT as string);
      done = systems.find(({ name }) => name === 'tenancies')?.keepWarm?.done ?? 0;
    }
    first.child.kill('SIGKILL');
    await first.ended;
    expect(await command.ended).toBe(1);
    expect(command.output()).toMatch(/Lintel runs, but ended before it answered/);
    expect(await calls('tenancies', 'GetProperties')).toBeGreaterThanOrEqual(13);

    await started('killed');
    const [before] = (await asked(variables.PORT as string)).systems;
    expect(before).toMatchObject({ name: 'tenancies', keepWarm: { state: 'WAITING' } });
    expect(before?.keepWarm?.done).toBeGreaterThanOrEqual(600);
    const again = keepWarm('killed', 'tenancies', '--json');
    expect(await again.ended).toBe(0);
    const [walk] = JSON.parse(
      again
        .output()
        .split('\n')
        .findLast((line) => line.startsWith('[')) ?? '[]',
    );
    expect(walk).toMatchObject({ system: 'tenancies', state: 'DONE', startedAt: before?.keepWarm?.startedAt });
    expect(await calls('tenancies', 'GetProperties')).toBe(0);
  }, 60_000);

  it('leaves the walk to the Lintel that runs when interrupted, and stops it when asked to', async () => {
    await started('interrupted');
    const command = keepWarm('interrupted', 'tenancies', 'repairs');
    await command.prints(/tenancies: .* records/);
    command.child.kill('SIGINT');
    expect(await command.ended).toBe(1);
    expect(command.output()).toMatch(/It goes on in the Lintel that runs\. To stop it: npx lintel keep-warm --stop/);
    const stop = keepWarm('interrupted', '--stop', 'tenancies', 'repairs');
    expect(await stop.ended).toBe(0);
    expect(stop.output()).toMatch(/then it was stopped\. It goes on where it was with: npx lintel keep-warm tenancies/);
  }, 60_000);

  it('says what it does not know, and what it cannot stop', async () => {
    const [unknown, idle] = [keepWarm('none', 'nosuch'), keepWarm('none', '--stop')];
    expect(await unknown.ended).toBe(1);
    expect(unknown.output()).toMatch(/There is no system "nosuch"\. There are: tenancies, /);
    expect(await idle.ended).toBe(1);
    expect(idle.output()).toMatch(/Lintel does not run here, so nothing is being walked through\./);
  }, 60_000);
});

async function asked(port: string) {
  const reply = await fetch(`http://127.0.0.1:${port}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: '{ systems { name keepWarm { state done startedAt } } }' }),
  });
  return ((await reply.json()) as { data: { systems: { name: string; keepWarm: WalkShown | null }[] } }).data;
}

describe('a walk that is shown', () => {
  const walk: WalkShown = {
    system: 'repairs',
    state: 'RUNNING',
    done: 30_000,
    total: 120_000,
    startedAt: '2022-06-27T08:00:00Z',
    endedAt: null,
    reason: null,
  };

  it('tells how far it is, how fast, and how long it will take', () => {
    expect(lineOf(walk, null)).toBe('repairs: 30,000 of 120,000 records');
    expect(lineOf(walk, 500)).toBe('repairs: 30,000 of 120,000 records, 500 a second, 3 min left');
    expect(barOf(walk, 500, 200)).toBe(
      `repairs    ██████${'░'.repeat(18)}  25%  30,000 of 120,000, 500 a second, 3 min left`,
    );
    expect(barOf({ ...walk, total: null }, null, 200)).toBe(`repairs    ${'░'.repeat(24)}   0%  30,000`);
  });

  it('tells why it waits, and how it ended', () => {
    const reason = 'It cannot be asked. The walk goes on once it can.';
    expect(lineOf({ ...walk, state: 'WAITING', reason }, 0)).toBe(`repairs: 30,000 of 120,000 records. ${reason}`);
    expect(barOf({ ...walk, state: 'WAITING', reason }, 0, 200)).toContain(`waits: ${reason}`);
    const endedAt = '2022-06-27T09:20:00Z';
    expect(lineOf({ ...walk, state: 'DONE', done: 120_000, endedAt }, null)).toBe(
      'repairs: everything is kept, 120,000 records, in 80 min.',
    );
    expect(lineOf({ ...walk, state: 'STOPPED' }, null)).toMatch(/then it was stopped.*npx lintel keep-warm repairs$/);
    expect(lineOf({ ...walk, state: 'FAILED', reason: 'No.' }, null)).toBe(
      'repairs: 30,000 of 120,000 records, then it gave up. No.',
    );
  });

  it('never is wider than the terminal', () => {
    for (const width of [20, 40, 80]) expect(barOf(walk, 500, width).length).toBeLessThanOrEqual(width);
  });

  it('is as fast as in the last half minute', () => {
    const speeds = createSpeeds();
    expect(speeds.of({ ...walk, done: 0 }, 0)).toBeNull();
    expect(speeds.of({ ...walk, done: 1_000 }, 10_000)).toBe(100);
    expect(speeds.of({ ...walk, done: 1_000 }, 39_000)).toBe(0);
  });

  it.each([
    [0.2, '1 s'],
    [40, '40 s'],
    [100, '2 min'],
    [4_800, '80 min'],
    [9_000, '2 h 30 min'],
  ])('lasts %d s: %s', (seconds, text) => {
    expect(duration(seconds)).toBe(text);
  });
});
