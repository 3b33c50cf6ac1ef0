import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { parts } from '../../gateway/lintel.ts';
import { compose } from '../../gateway/supergraph.ts';
import { ask, eventually } from '../estate.ts';
import { freePorts, type Run, run } from '../process.ts';

/** Processes take seconds to come up on a busy machine; nothing here asserts how many. */
const patientMs = 90_000;
const started: Run[] = [];

function lintel(args: string[], variables: Record<string, string> = {}): Run {
  const command = run(args, { LOG_LEVEL: 'warn', ...variables });
  started.push(command);
  return command;
}

afterEach(async () => {
  for (const { child } of started) if (child.exitCode === null) child.kill('SIGKILL');
  await Promise.all(started.map(({ ended }) => ended));
  started.length = 0;
});

const world = ['--homes', '120', '--seed', '7'];
const lines = '{ lines { items { name } } systems { name state } }';

const stateOf = (data: { systems: { name: string; state: string }[] }, system: string) =>
  data.systems.find(({ name }) => name === system)?.state;

describe('lintel mocks', () => {
  it('are backed up, changed by their staff and restored from another terminal', { timeout: patientMs }, async () => {
    const mocks = lintel(['mocks', '--port', String(await freePorts(10)), ...world]);
    const [, port = ''] = await mocks.prints(/control +http:\/\/127\.0\.0\.1:(\d+)/);
    const said = async (...args: string[]) => {
      const command = lintel(['mocks', ...args], { MOCKS_PORT: port });
      expect(await command.ended).toBe(0);
      return command.output();
    };
    expect(await said('backup', 'lettings')).toMatch(/^lettings: backed up at \d/);
    const changed = await said('change', 'lettings', '--count', '2', '--seed', '5');
    expect(changed).toMatch(/^(lettings +\S+ +\S.*\n){2}$/);
    expect(await said('restore', 'lettings')).toMatch(/^lettings: as it was at \d/);
    const [restored] = JSON.parse(await said('restore', 'repairs', '--days', '4', '--json'));
    expect(restored).toEqual({ target: 'repairs.workOrders', takenAt: expect.any(String) });
  });
});

describe('lintel start', () => {
  it('brings up everything; survives the death of its mocks; finds them when they are back; stops when asked', {
    timeout: patientMs,
  }, async () => {
    const port = await freePorts(20);
    const variables = { PORT: String(port) };
    const all = lintel(['start', ...world], variables);
    const [, url = ''] = await all.prints(/GraphQL +(http\S+)\/graphql/);
    const [, mocksPid] = await all.prints(/\(process (\d+)\)/);
    expect(all.output()).toContain('curl');
    const [, body] = await all.prints(/<<'END'\n\s*(\{.*\})\n/);
    const { data } = await ask(url, JSON.parse(body ?? '').query);
    expect(data.person.name).toContain('Katy');

    process.kill(Number(mocksPid), 'SIGKILL');
    const down = await eventually(
      () => ask(url, lines),
      ({ data }) => stateOf(data, 'telephony') === 'DOWN',
    );
    expect(down.errors[0]).toMatchObject({ path: ['lines'], extensions: { code: 'SYSTEM_DOWN', system: 'telephony' } });
    expect((await fetch(`${url}/health`)).status).toBe(200);
    expect(await (await fetch(`${url}/ready`)).json()).toMatchObject({
      status: 'degraded',
      systems: { telephony: 'DOWN' },
    });

    const again = lintel(['mocks', ...world], variables);
    await again.prints(/control/);
    const back = await eventually(
      () => ask(url, lines),
      ({ errors }) => errors.length === 0,
    );
    expect(back.data.lines.items.length).toBeGreaterThan(0);

    all.child.kill('SIGTERM');
    expect(await all.ended).toBe(0);
  });

  it('says in a sentence what is wrong: a port in use, a port that is none, a system not configured', {
    timeout: patientMs,
  }, async () => {
    const mocks = lintel(['mocks', '--port', String(await freePorts(10)), ...world]);
    const [, taken = ''] = await mocks.prints(/control +http:\/\/127\.0\.0\.1:(\d+)/);
    const wrong: [Run, RegExp][] = [
      [
        lintel(['start'], { PORT: taken, MOCKS_PORT: taken }),
        /^lintel: Port \d+ is already in use\. .*choose another/m,
      ],
      [lintel(['start'], { PORT: 'http' }), /^lintel: PORT is "http"\. It must be a port, 1 to 65535\.$/m],
      [lintel(['start', '--no-mocks'], {}), /^lintel: TENANCIES_URL is not set\./m],
      [
        lintel(['fault', 'nonesuch', 'down'], { MOCKS_PORT: taken }),
        /^lintel: There is no target "nonesuch"\. Allowed: /m,
      ],
      [lintel(['fault', 'repairs', 'down'], { MOCKS_PORT: '1' }), /^lintel: No mocks answer on port 1\./m],
      [
        lintel(['mocks', 'backup', 'nonesuch'], { MOCKS_PORT: taken }),
        /^lintel: There is nothing kept at "nonesuch"\./m,
      ],
      [lintel(['mocks', 'restore'], { MOCKS_PORT: taken }), /^lintel: No backup of anything was taken: /m],
      [lintel(['subgraph', 'nonesuch']), /^lintel: There is no system "nonesuch"\. There are: tenancies, /m],
      [
        lintel(['gateway', '--supergraph', 'nowhere.graphql']),
        /^lintel: The supergraph nowhere\.graphql cannot be read/m,
      ],
    ];
    for (const [command, sentence] of wrong) {
      expect(await command.ended).toBe(1);
      expect(command.output()).toMatch(sentence);
      expect(command.output()).not.toMatch(/\n\s+at /);
    }
  });
});

describe('lintel subgraph and lintel gateway', () => {
  it('run as processes of their own, and lose only the fields of the one that is killed', {
    timeout: patientMs,
  }, async () => {
    const mocksPort = await freePorts(10);
    const mocks = lintel(['mocks', '--port', String(mocksPort), ...world]);
    await mocks.prints(/control/);
    const urls = new Map<string, string>();
    const subgraphs = new Map<string, Run>();
    for (const name of ['tenancies', 'lettings', 'repairs', 'telephony']) {
      subgraphs.set(name, lintel(['subgraph', name], { MOCKS_PORT: String(mocksPort) }));
    }
    for (const [name, command] of subgraphs) {
      const [, url = ''] = await command.prints(/subgraph is at (\S+)/);
      urls.set(name, url);
    }
    const folder = await mkdtemp(join(tmpdir(), 'lintel-'));
    try {
      const file = join(folder, 'supergraph.graphql');
      const four = parts().filter(({ name }) => urls.has(name));
      writeFileSync(file, compose(four.map((part) => ({ ...part, url: urls.get(part.name) ?? '' }))).supergraphSdl);
      const gateway = lintel(['gateway', '--supergraph', file, '--port', '0']);
      const [, url = ''] = await gateway.prints(/GraphQL at (\S+)\/graphql over 4 subgraphs/);

      const reply = await (await fetch(`http://127.0.0.1:${mocksPort}/facts`)).json();
      const { katy } = (reply as { cast: { katy: { propertyReference: string } } }).cast;
      const page = `{
          property(propertyReference: "${katy.propertyReference}") { address repairs { items { reference } } }
          lines { items { name } }
          adverts { totalCount }
        }`;
      const whole = await ask(url, page);
      expect(whole.errors).toEqual([]);
      expect(whole.data.property.repairs.items.length).toBeGreaterThan(0);

      subgraphs.get('repairs')?.child.kill('SIGKILL');
      await subgraphs.get('repairs')?.ended;
      const rest = await ask(url, page);
      expect(rest.data).toEqual({ ...whole.data, property: { ...whole.data.property, repairs: null } });
      expect(rest.errors).toHaveLength(1);
      expect(rest.errors[0]).toMatchObject({
        path: ['property', 'repairs'],
        extensions: { code: 'SYSTEM_DOWN', system: 'repairs' },
      });
      expect(rest.text).not.toMatch(/127\.0\.0\.1|ECONN|failedCall/);
      const figures = await (await fetch(`${url}/metrics`)).text();
      expect(figures).toContain('lintel_subgraph_failures_total{subgraph="repairs",code="SYSTEM_DOWN"} 1');

      gateway.child.kill('SIGTERM');
      expect(await gateway.ended).toBe(0);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
