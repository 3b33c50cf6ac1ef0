// Which Lintel, or which mocks, a command without PORT means: those of the folder that it is given in. Where that is none, or
// several, it is said plainly; a Lintel of another folder is never meant by chance.
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { systems } from '../../subgraphs/index.ts';
import { type Environment, hasRealSystem, readConfig } from '../config.ts';
import { type Running, runningHere, seenHere } from '../running.ts';

/**
 * The variables with which a command reaches the Lintel of this folder or, where none runs, what the one has kept that did.
 * Throws an error that lists them where several run.
 */
export async function here(env: Environment): Promise<Environment> {
  const seen = (await seenHere()).filter(({ server }) => server.kind === 'lintel' && isMeant(server, env));
  const lintels = seen.flatMap(({ server, alive }) => (alive ? [server] : []));
  if (lintels.length > 1) throw new Error(several('Lintels run', lintels));
  // Of several that have ended none is the one; what is configured says where to look. Over a made-up landlord's store nobody
  // works with real systems.
  const ended = seen.flatMap(({ server }) => {
    const gone = server.store !== null && !existsSync(server.store);
    return gone || (hasRealSystem(env) && isMadeUp(server)) ? [] : [server];
  });
  const found = lintels[0] ?? (ended.length === 1 ? ended[0] : undefined);
  if (!found) return env;
  const { port, mocksPort, operatorSocket, store, emergencyFile } = found;
  const stored = env.STORE_FILE?.trim() || env.DATABASE_URL?.trim();
  return withUnset(env, {
    PORT: port,
    MOCKS_PORT: mocksPort,
    OPERATOR_SOCKET: operatorSocket,
    STORE_FILE: stored ? null : store,
    EMERGENCY_FILE: emergencyFile,
  });
}

/** Where the mocks are that the Lintel of this folder uses, for who is a server too. Throws as `here`. */
export async function mocksOfRunning(env: Environment): Promise<Environment> {
  const running = (await runningHere()).filter((each) => each.kind === 'lintel' && isMeant(each, env));
  if (running.length > 1 && !env.MOCKS_PORT?.trim()) throw new Error(several('Lintels run', running));
  return withUnset(env, { MOCKS_PORT: running[0]?.mocksPort ?? null });
}

/** Mocks that a command is about. */
export interface MocksHere {
  controlPort: number;
  /** The Lintel of this folder that uses them, where there is one. */
  usedBy: string | null;
}

/** The mocks of this folder, or those that PORT or MOCKS_PORT names. Throws an error that says what to do where that is none, or several. */
export async function mocksHere(env: Environment): Promise<MocksHere> {
  const running = await runningHere();
  const lintels = running.filter((each) => each.kind === 'lintel' && each.mocksPort !== null && isMeant(each, env));
  const usedBy = (controlPort: number) => {
    const found = lintels.find(({ mocksPort }) => mocksPort === controlPort);
    return found ? `http://127.0.0.1:${found.port}` : null;
  };
  if (env.MOCKS_PORT?.trim() || (env.PORT?.trim() && !lintels.length)) {
    const { mocksPort } = readConfig(env);
    return { controlPort: mocksPort, usedBy: usedBy(mocksPort) };
  }
  const alone = running.filter(({ kind, mocksPort }) => {
    return kind === 'mocks' && !lintels.some((each) => each.mocksPort === mocksPort);
  });
  const all = [...lintels, ...(env.PORT?.trim() ? [] : alone)];
  const ports = new Set(all.flatMap(({ mocksPort }) => mocksPort ?? []));
  const [controlPort, another] = ports;
  if (controlPort === undefined) {
    throw new Error(
      `No mocks run in this folder (${process.cwd()}). Do this in the folder of the Lintel that you mean, or say which it is: PORT=5000 npx lintel ...`,
    );
  }
  if (another !== undefined) throw new Error(several('mocks run', all));
  return { controlPort, usedBy: usedBy(controlPort) };
}

/** Whether what is set lets it be the one. */
function isMeant({ port, operatorSocket, store }: Running, env: Environment): boolean {
  const set = (name: string) => env[name]?.trim() || undefined;
  const [wantedPort, socket, file] = [set('PORT'), set('OPERATOR_SOCKET'), set('STORE_FILE')];
  if (wantedPort && Number(wantedPort) !== port) return false;
  if (socket && resolve(socket) !== operatorSocket) return false;
  if (set('DATABASE_URL')) return store === null;
  return !file || resolve(file) === store;
}

/** Whether mocks stood in for everything. */
function isMadeUp({ mocked }: Running): boolean {
  return mocked.length === systems.flatMap(({ backends }) => Object.keys(backends)).length;
}

function several(what: string, found: readonly Running[]): string {
  const lines = found.map(({ kind, port, mocksPort }) =>
    kind === 'lintel'
      ? `  PORT=${port} npx lintel ...        the Lintel at http://127.0.0.1:${port}`
      : `  MOCKS_PORT=${mocksPort} npx lintel ...  the mocks at http://127.0.0.1:${mocksPort}`,
  );
  return `Several ${what} in this folder. Say which is meant:\n${lines.join('\n')}`;
}

function withUnset(env: Environment, values: Record<string, string | number | null>): Environment {
  const added = Object.entries(values).filter(([name, value]) => value !== null && !env[name]?.trim());
  return { ...env, ...Object.fromEntries(added.map(([name, value]) => [name, String(value)])) };
}
