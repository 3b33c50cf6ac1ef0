// Which Lintel, or which mocks, a command without PORT means: those of the folder that it is given in. Where that is none, or
// several, it is said plainly; a Lintel of another folder is never meant by chance.
import { resolve } from 'node:path';
import { type Environment, readConfig } from '../config.ts';
import { type Running, runningHere } from '../running.ts';

/** The variables with which a command reaches the Lintel of this folder. Throws an error that lists them where there are several. */
export async function here(env: Environment): Promise<Environment> {
  const lintels = (await runningHere()).filter((each) => each.kind === 'lintel' && isMeant(each, env));
  if (lintels.length > 1) throw new Error(several('Lintels run', lintels));
  const [found] = lintels;
  if (!found) return env;
  const { port, mocksPort, operatorSocket, store } = found;
  const stored = env.STORE_FILE?.trim() || env.DATABASE_URL?.trim();
  return withUnset(env, {
    PORT: port,
    MOCKS_PORT: mocksPort,
    OPERATOR_SOCKET: operatorSocket,
    STORE_FILE: stored ? null : store,
  });
}

/** The same for who is a server itself, and wants to know of this folder's mocks alone. */
export async function mocksOnly(env: Environment): Promise<Environment> {
  const { MOCKS_PORT } = await here(env);
  return withUnset(env, { MOCKS_PORT: MOCKS_PORT ?? null });
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
