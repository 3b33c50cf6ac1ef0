// `lintel doctor`: is everything set that must be, does each backend answer, and does it let us in. Says what to mend.
import { type Check, checkBackends } from '../../subgraphs/continuity/check.ts';
import { systemClock } from '../../subgraphs/continuity/clock.ts';
import type { Connection, SystemDefinition } from '../../subgraphs/continuity/definition.ts';
import { inShort } from '../../subgraphs/continuity/london.ts';
import { defaultWaitMs } from '../../subgraphs/continuity/system.ts';
import { systems as allSystems } from '../../subgraphs/index.ts';
import {
  type Config,
  type Environment,
  type Misconfigured,
  misconfigured,
  readConfig,
  readConnection,
  variablesOf,
} from '../config.ts';
import { demo, playedHere } from '../demo.ts';
import { unread, unreadInWords } from '../misspelt.ts';
import { diagnose } from './diagnosis.ts';
import { isolatedBackends } from './isolation.ts';
import { systemNamed } from './named.ts';
import { paint, print, printJson, progress } from './terminal.ts';

/** What was found out about one backend. */
export interface BackendReport {
  system: string;
  backend: string;
  ok: boolean;
  /** Whether its address is configured or a mock's; null: neither. */
  from: 'configuration' | 'mock' | null;
  /** Without credentials. */
  url: string | null;
  /**
   * NOT_SET and NOT_ALLOWED: its variables would not even let it be asked. ISOLATED: operators have cut it off, and nothing was
   * sent to it. NOT_ASKED: nor was here, since nobody can tell whether they have.
   */
  outcome: Check['outcome'] | 'NOT_SET' | 'NOT_ALLOWED' | 'NOT_ASKED';
  tookMs: number | null;
  finding: string;
  fix: string | null;
  /** What else to know of it, in sentences. */
  notes: readonly string[];
}

/** What listens where the endpoint should. */
export interface EndpointReport {
  url: string;
  ok: boolean;
  /** STRANGER: something listens there that is not Lintel. */
  state: 'RUNNING' | 'NOT_RUNNING' | 'STRANGER';
  /** The systems that it cannot ask, or not fully, as it has it. */
  notOperational: string[];
  finding: string;
}

/** All that was found out. */
export interface Report {
  ok: boolean;
  configuration: { problems: { variable: string; problem: string }[]; unread: string[] };
  endpoint: EndpointReport;
  backends: BackendReport[];
}

/** `lintel doctor`: exit code 1 where anything is wrong. */
export async function doctor(env: Environment, names: readonly string[], flags: { json?: boolean }): Promise<void> {
  const systems = names.length ? names.map(systemNamed) : allSystems;
  const done = progress(`Looking at ${systems.map(({ name }) => name).join(', ')}`);
  const report = await examine(systems, env).finally(done);
  if (flags.json) printJson(report);
  else show(report);
  if (!report.ok) process.exitCode = 1;
}

/** Looks at everything, all at once; each login is tried once. */
export async function examine(systems: readonly SystemDefinition[], env: Environment): Promise<Report> {
  const problems = misconfigured(env);
  // With the defaults in place of what is not allowed, the rest can be looked at all the same.
  const config = readConfig({ ...env, ...Object.fromEntries(problems.map(({ variable }) => [variable, undefined])) });
  const mocked = await demo(systems, env, config, { played: await playedHere(allSystems, env), flags: null });
  const cutOff = await cutOffBackends(systems, config, problems);
  const [endpoint, ...reports] = await Promise.all([
    endpointAt(`http://${config.host}:${config.port}`),
    ...systems.map((system) => examineSystem(system, env, mocked.env, cutOff)),
  ]);
  const backends = reports.flat();
  const ok = !problems.length && endpoint.ok && backends.every((backend) => backend.ok);
  return { ok, configuration: { problems, unread: unread(allSystems, env) }, endpoint, backends };
}

/** What must not be asked, by `system.backend`. */
type CutOff = (backend: string) => Pick<BackendReport, 'outcome' | 'finding' | 'fix'> | null;

/** Where it cannot be told what operators have cut off, that is everything. */
async function cutOffBackends(
  systems: readonly SystemDefinition[],
  config: Config,
  problems: readonly Misconfigured[],
): Promise<CutOff> {
  if (systems.length === 0) return () => null;
  try {
    // With another store in its place, nothing would be known of what is set over systems.
    const wrong = problems.find(({ variable }) => ['DATABASE_URL', 'STORE_FILE', 'OPERATOR_SOCKET'].includes(variable));
    if (wrong) throw new Error(wrong.problem);
    const isolated = await isolatedBackends(config);
    return (backend) => {
      const found = isolated.get(backend);
      if (!found) return null;
      const since = inShort(Date.parse(found.since), systemClock.now());
      return {
        outcome: 'ISOLATED',
        finding: `It is isolated since ${since}, by ${found.who}: ${found.why} Nothing was sent to it.`,
        fix: `It is released with npx lintel system ${backend.replace(/^(.*)\.\1$/, '$1')} release --why "..."; look again then.`,
      };
    };
  } catch (error) {
    return () => ({
      outcome: 'NOT_ASKED',
      finding: `Nothing was sent to it: whether it is isolated cannot be told. ${(error as Error).message}`,
      fix: 'Mend that first, and look again.',
    });
  }
}

async function examineSystem(
  system: SystemDefinition,
  own: Environment,
  env: Environment,
  cutOff: CutOff,
): Promise<BackendReport[]> {
  const connections: Record<string, Connection> = {};
  const unusable = new Map<string, string>();
  for (const backend of Object.keys(system.backends)) {
    try {
      connections[backend] = readConnection(system, backend, env);
    } catch (error) {
      unusable.set(backend, (error as Error).message);
    }
  }
  const usable = Object.keys(connections).filter((backend) => !cutOff(`${system.name}.${backend}`));
  // An adapter wants all its connections; those that are lacking are never used.
  const stand = { url: 'http://127.0.0.1', user: '', password: '', apiKey: '' };
  const whole = Object.fromEntries(Object.keys(system.backends).map((name) => [name, connections[name] ?? stand]));
  const checks = await checkBackends(system, whole, usable, systemClock);

  return [...variablesOf(system)].map(([backend, names]): BackendReport => {
    const check = checks.get(backend);
    const connection = connections[backend];
    const from = own[names.url]?.trim() ? 'configuration' : connection ? 'mock' : null;
    const about = { system: system.name, backend, from } as const;
    const closed = cutOff(`${system.name}.${backend}`);
    if (closed && connection)
      return { ...about, ok: false, url: shownUrl(connection), tookMs: null, notes: [], ...closed };
    if (!check || !connection) {
      const finding = unusable.get(backend) ?? '';
      // What is said of a variable begins with its name.
      const fix = from
        ? `Set ${finding.split(' ', 1)[0]} right.`
        : `Set ${names.url}. To try Lintel without it: npm start plays what is not set by mocks.`;
      const outcome = from ? 'NOT_ALLOWED' : 'NOT_SET';
      return { ...about, ok: false, url: null, outcome, tookMs: null, finding, fix, notes: [] };
    }
    const { credentials } = system.backends[backend] ?? { credentials: 'PASSWORD' };
    const waitMs = system.waitMs ?? defaultWaitMs;
    const { finding, fix = null } = diagnose(check, { connection, names, credentials, waitMs });
    const mockFix = 'It is a mock: npx lintel fault list tells what is broken, npx lintel fault clear mends it.';
    return {
      ...about,
      ok: check.outcome === 'OK',
      url: shownUrl(connection),
      outcome: check.outcome,
      tookMs: check.tookMs,
      finding,
      fix: fix && from === 'mock' ? mockFix : fix,
      notes: check.notes ?? [],
    };
  });
}

/** Without credentials. */
function shownUrl({ url }: Connection): string {
  const { origin, pathname } = new URL(url);
  return origin + pathname.replace(/\/$/, '');
}

async function endpointAt(url: string): Promise<EndpointReport> {
  const about = { url, ok: true, notOperational: [] };
  let reply: Response;
  try {
    reply = await fetch(`${url}/ready`, { signal: AbortSignal.timeout(2_000) });
  } catch {
    return { ...about, state: 'NOT_RUNNING', finding: 'Lintel does not run there just now.' };
  }
  // What is no JSON is no answer of Lintel's: told below as a stranger.
  const answer: unknown = await reply.json().catch(() => null);
  const { status, systems = {} } = Object(answer) as { status?: string; systems?: Record<string, string> };
  if (!['ready', 'degraded', 'stopping'].includes(status ?? '')) {
    const finding = 'Something that is not Lintel listens there. Stop it, or set PORT to another port.';
    return { ...about, ok: false, state: 'STRANGER', finding };
  }
  const down = Object.entries(systems).filter(([, state]) => state !== 'OPERATIONAL');
  const detail = down.map(([name, state]) => `${name} ${state}`).join(', ');
  const finding = `Lintel runs there: ${status}${detail && ` (${detail})`}.`;
  return { ...about, state: 'RUNNING', notOperational: down.map(([name]) => name), finding };
}

function show({ ok, configuration, endpoint, backends }: Report): void {
  const { problems, unread: strays } = configuration;
  const line = (good: boolean, name: string, text: string) => {
    print(
      `${good ? paint('good', 'ok   ') : paint('bad', 'wrong')}  `.concat(`${name.padEnd(width)}  ${text}`).trimEnd(),
    );
  };
  const more = (text: string) => print(`${' '.repeat(7)}${text}`);
  const nameOf = ({ system, backend }: BackendReport) => (system === backend ? system : `${system}.${backend}`);
  const width = Math.max('configuration'.length, ...backends.map((backend) => nameOf(backend).length));

  const whereOf = ({ url, from }: BackendReport) => (url ? `${url}${from === 'mock' ? ' (mock)' : ''}` : '');
  const whereWidth = Math.max(...backends.map((backend) => whereOf(backend).length));

  line(!problems.length, 'configuration', problems.length ? '' : 'What is set is allowed.');
  for (const { problem } of problems) more(problem);
  const named = Object.fromEntries(strays.map((name) => [name, '']));
  for (const sentence of unreadInWords(allSystems, named)) more(paint('strange', sentence));
  line(endpoint.ok, 'endpoint', `${endpoint.url}  ${endpoint.finding}`);
  const mended = endpoint.notOperational.filter((name) => {
    const own = backends.filter(({ system }) => system === name);
    return own.length > 0 && own.every((backend) => backend.ok);
  });
  if (mended.length) {
    more(`${mended.join(', ')}: well again, as seen from here. Lintel looks every 30 seconds at the latest;`);
    more('where it was refused its login, not before it is restarted.');
  }
  for (const backend of backends) {
    const where = whereOf(backend);
    if (backend.ok && !backend.fix) {
      line(true, nameOf(backend), `${where.padEnd(whereWidth)}  ${backend.tookMs} ms`);
      for (const note of backend.notes) more(note);
      continue;
    }
    if (backend.outcome === 'NOT_SET') {
      line(false, nameOf(backend), backend.finding);
      continue;
    }
    line(backend.ok, nameOf(backend), where);
    more(backend.finding);
    if (backend.fix) more(backend.fix);
    for (const note of backend.notes) more(note);
  }
  print('');
  if (backends.some(({ outcome }) => outcome === 'NOT_SET')) {
    print('Set what is not set. To try Lintel without: npm start plays it by mocks; look again while that runs.');
  }
  const well = backends.filter((backend) => backend.ok).length;
  const all = `${well} of ${backends.length} backends answer and let us in.`;
  print(ok ? paint('good', all) : paint('bad', all));
}
