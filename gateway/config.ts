// The only reader of the environment (and of a .env file beside it). Everything that can be set is named here or, for
// a system, derived from its definition; a value that is not allowed is refused by name, with what is.
import { readFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { parseEnv } from 'node:util';
import { z } from 'zod';
import type { Connection, SystemDefinition } from '../subgraphs/continuity/definition.ts';
import type { StorePlace } from '../subgraphs/continuity/store.ts';
import { systems } from '../subgraphs/index.ts';

/** Variables as the process has them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** What is set for the whole process. */
export interface Config {
  /** Where the endpoint listens. */
  port: number;
  /** Loopback only, until access control is in. */
  host: '127.0.0.1';
  /** The mocks' control port; the mocks themselves take the ports above it. */
  mocksPort: number;
  logLevel: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent';
  /** How long the gateway waits for a subgraph over HTTP, in ms. */
  subgraphTimeoutMs: number;
  /** Where what is kept is: a file of this process alone, or a database that several share. */
  store: StorePlace;
  /** Whether that was set, or is where a server keeps things by itself. */
  storeSet: boolean;
  /** Keys of 32 bytes for what is kept, by id, the one for writing first; null where none is set. */
  storeKeys: Map<string, Buffer> | null;
  /** The Unix socket over which this machine's operators give orders; an absolute path. */
  operatorSocket: string;
  /** Where emergencies are written down that the store does not take. */
  emergencyFile: string;
  /** How long what nobody has read again is kept, in ms. */
  keepMs: number;
  /** Whether everything is kept warm without being asked, and how much faster (2) or gentler (0.5) than usual. */
  keepWarm: { on: boolean; pace: number };
  /** Hosts that are answered for besides the loopback ones, in lower case, with a port or without. */
  hosts: ReadonlySet<string>;
  /** Origins whose pages may ask and read the answers. */
  origins: ReadonlySet<string>;
  /** Files of documents that may be asked by their names, and whether nothing else may be. */
  documents: { files: readonly string[]; only: boolean };
}

const port = z.coerce.number().int().min(1).max(65_535);

const variables = {
  PORT: { schema: port.default(4000), allowed: 'a port, 1 to 65535' },
  MOCKS_PORT: { schema: port.optional(), allowed: 'a port, 1 to 65535' },
  LOG_LEVEL: {
    schema: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
    allowed: 'fatal, error, warn, info, debug, trace or silent',
  },
  SUBGRAPH_TIMEOUT_MS: {
    // A subgraph answers within its systems' patience, a second a wave; five seconds is past any honest answer.
    schema: z.coerce.number().int().min(10).max(120_000).default(5_000),
    allowed: 'milliseconds, 10 to 120000',
  },
  DATABASE_URL: {
    schema: z.url({ protocol: /^postgres(ql)?$/ }).optional(),
    allowed: 'a URL that begins with postgresql://',
  },
  STORE_FILE: { schema: z.string().optional(), allowed: 'a file' },
  KEEP_DAYS: {
    // Ninety: past the longest outage known (ten weeks), and no longer than personal data needs to be kept for that.
    schema: z.coerce.number().int().min(1).max(3_650).default(90),
    allowed: 'days, 1 to 3650',
  },
  KEEP_WARM: { schema: z.enum(['on', 'off']).default('on'), allowed: 'on or off' },
  KEEP_WARM_PACE: {
    // A twentieth is a day for what takes an hour; beyond ten times, no legacy system was asked what it thinks of it.
    schema: z.coerce.number().min(0.05).max(10).default(1),
    allowed: 'a number, 0.05 to 10: how many times as fast as usual',
  },
  EMERGENCY_FILE: { schema: z.string().optional(), allowed: 'a file' },
  OPERATOR_SOCKET: { schema: z.string().optional(), allowed: 'a file' },
  LINTEL_HOSTS: {
    // Each by its name: what any name may be asked by, any page can make its own name point at.
    schema: z
      .string()
      .regex(/^(\[[\da-f:.]+\]|[\w.-]+)(:\d{1,5})?(\s*,\s*(\[[\da-f:.]+\]|[\w.-]+)(:\d{1,5})?)*$/i)
      .optional(),
    allowed: 'hosts parted by commas, like lintel.example,repairs:4103',
  },
  CORS_ORIGINS: {
    // Each by its name: what is answered is personal, and never for every page there is.
    schema: z
      .string()
      .regex(/^https?:\/\/[\w.-]+(:\d+)?(\s*,\s*https?:\/\/[\w.-]+(:\d+)?)*$/)
      .optional(),
    allowed: 'origins parted by commas, like https://app.example,http://localhost:3000',
  },
  TRUSTED_DOCUMENTS: { schema: z.string().optional(), allowed: 'files parted by commas' },
  TRUSTED_ONLY: { schema: z.enum(['on', 'off']).default('off'), allowed: 'on or off' },
  STORE_KEYS: {
    schema: z
      .string()
      .regex(/^[\w-]+:[A-Za-z0-9+/]{43}=(,[\w-]+:[A-Za-z0-9+/]{43}=)*$/)
      .optional(),
    allowed:
      'id:key, or several parted by commas and the newest first, each key 32 bytes in base64 (openssl rand -base64 32)',
  },
};

/** The variables that are about the whole process. */
export const ownVariables: readonly string[] = Object.keys(variables);

/** The process's environment, with what a .env file in the working directory adds. */
export function environment(): Environment {
  try {
    process.loadEnvFile();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  return process.env;
}

function value<T>(env: Environment, name: keyof typeof variables & string, schema: z.ZodType<T>): T {
  const given = env[name]?.trim() || undefined;
  const read = schema.safeParse(given);
  if (read.success) return read.data;
  // A key or a password is not repeated, not even a wrong one.
  const shown = ['STORE_KEYS', 'DATABASE_URL'].includes(name) ? 'not what it must be' : `"${given}"`;
  throw new Error(`${name} is ${shown}. It must be ${variables[name].allowed}.`);
}

/** Reads what is set for the whole process. Throws an error that names the variable and what is allowed. */
export function readConfig(env: Environment): Config {
  const at = value(env, 'PORT', variables.PORT.schema);
  return {
    port: at,
    host: '127.0.0.1',
    // Above the endpoint, so that a second Lintel with another PORT has mocks of its own.
    mocksPort: value(env, 'MOCKS_PORT', variables.MOCKS_PORT.schema) ?? at + 10,
    logLevel: value(env, 'LOG_LEVEL', variables.LOG_LEVEL.schema),
    subgraphTimeoutMs: value(env, 'SUBGRAPH_TIMEOUT_MS', variables.SUBGRAPH_TIMEOUT_MS.schema),
    store: storePlace(env, at),
    storeSet: Boolean(env.STORE_FILE?.trim() || env.DATABASE_URL?.trim()),
    storeKeys: storeKeys(env),
    operatorSocket: operatorSocket(env, at),
    emergencyFile: emergencyFile(env, at),
    keepMs: value(env, 'KEEP_DAYS', variables.KEEP_DAYS.schema) * 24 * 3_600_000,
    keepWarm: {
      on: value(env, 'KEEP_WARM', variables.KEEP_WARM.schema) === 'on',
      pace: value(env, 'KEEP_WARM_PACE', variables.KEEP_WARM_PACE.schema),
    },
    hosts: new Set(listed(value(env, 'LINTEL_HOSTS', variables.LINTEL_HOSTS.schema)?.toLowerCase())),
    origins: new Set(listed(value(env, 'CORS_ORIGINS', variables.CORS_ORIGINS.schema))),
    documents: {
      files: listed(value(env, 'TRUSTED_DOCUMENTS', variables.TRUSTED_DOCUMENTS.schema)),
      only: value(env, 'TRUSTED_ONLY', variables.TRUSTED_ONLY.schema) === 'on',
    },
  };
}

/**
 * Beside the store's file. With a database, which several share, each process has its own, where it runs: not beside the
 * operator socket, which may lie in a folder that is empty after the machine was started anew.
 */
function emergencyFile(env: Environment, at: number): string {
  const given = value(env, 'EMERGENCY_FILE', variables.EMERGENCY_FILE.schema);
  if (given) return resolve(given);
  const place = storePlace(env, at);
  return resolve('file' in place ? join(dirname(place.file), 'emergencies') : `.lintel/${at}.emergencies`);
}

function listed(text = ''): string[] {
  return text
    .split(',')
    .map((each) => each.trim())
    .filter(Boolean);
}

/**
 * Beside the store's file, since whoever may read that may give orders. Where there is none, in a folder of this account
 * alone, by port, so that each server on the machine has its own.
 */
function operatorSocket(env: Environment, at: number): string {
  const given = value(env, 'OPERATOR_SOCKET', variables.OPERATOR_SOCKET.schema);
  if (given) return resolve(given);
  const place = storePlace(env, at);
  if ('file' in place) return join(dirname(resolve(place.file)), 'operator.sock');
  return join(tmpdir(), `lintel-${userInfo().uid}`, `${at}.sock`);
}

/**
 * Where nothing is set, a file in the working directory: of the real systems; or, where mocks stand in for all of them, of
 * the made-up landlord of this port, which is nobody's loss.
 */
function storePlace(env: Environment, at: number): StorePlace {
  const url = value(env, 'DATABASE_URL', variables.DATABASE_URL.schema);
  if (url) return { url };
  const file = value(env, 'STORE_FILE', variables.STORE_FILE.schema);
  if (file) return { file };
  return { file: hasRealSystem(env) ? '.lintel/store.sqlite' : `.lintel/demo-${at}/store.sqlite` };
}

/** Whether the address of any legacy system is set: then nothing is made up but what is named. */
export function hasRealSystem(env: Environment): boolean {
  return systems.some((system) => [...variablesOf(system).values()].some((names) => env[names.url]?.trim()));
}

/** PORT as a command in another terminal would have it: what the .env file says, if it says anything. */
export function portOfFile(): string | null {
  try {
    return parseEnv(readFileSync('.env', 'utf8')).PORT?.trim() || null;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

function storeKeys(env: Environment): Map<string, Buffer> | null {
  const text = value(env, 'STORE_KEYS', variables.STORE_KEYS.schema);
  if (!text) return null;
  const pairs = text.split(',').map((pair) => pair.split(':') as [string, string]);
  return new Map(pairs.map(([id, key]) => [id, Buffer.from(key, 'base64')]));
}

/** The variables of one backend, whether set or not: where it is, and how to get in. */
export interface BackendVariables {
  url: string;
  user: string;
  password: string;
  apiKey: string;
}

/** The variables of each of a system's backends, by the backend's name. */
export function variablesOf({ backends }: SystemDefinition): Map<string, BackendVariables> {
  return new Map(
    Object.entries(backends).map(([backend, { variable }]) => [
      backend,
      {
        url: `${variable}_URL`,
        user: `${variable}_USER`,
        password: `${variable}_PASSWORD`,
        apiKey: `${variable}_API_KEY`,
      },
    ]),
  );
}

/**
 * Where one backend is and how to get in.
 * @throws an error that names the variable that is missing or is no URL.
 */
export function readConnection(system: SystemDefinition, backend: string, env: Environment): Connection {
  const names = variablesOf(system).get(backend);
  if (!names) throw new Error(`The ${system.name} system has no backend ${backend}.`);
  const { variable, settings } = system.backends[backend] ?? {};
  const url = env[names.url]?.trim();
  if (!url) {
    throw new Error(`${names.url} is not set. It must be the base URL of the ${system.name} system (${backend}).`);
  }
  if (!z.url({ protocol: /^https?$/ }).safeParse(url).success) {
    throw new Error(`${names.url} is "${url}". It must be a URL that begins with http:// or https://.`);
  }
  return {
    url: url.replace(/\/+$/, ''),
    user: env[names.user] ?? '',
    password: env[names.password] ?? '',
    apiKey: env[names.apiKey] ?? '',
    ...(settings && {
      settings: Object.fromEntries(
        Object.entries(settings).map(([name, { default: usual, problem }]) => {
          const value = env[`${variable}_${name}`]?.trim() || usual;
          const wrong = problem?.(value);
          if (wrong) throw new Error(`${variable}_${name} is "${value}". It ${wrong}`);
          return [name, value];
        }),
      ),
    }),
  };
}

/** The same for all of a system's backends. */
export function readConnections(system: SystemDefinition, env: Environment): Record<string, Connection> {
  return Object.fromEntries(
    Object.keys(system.backends).map((backend) => [backend, readConnection(system, backend, env)]),
  );
}

/** A variable that is set to what is not allowed, and the sentence that says so. */
export interface Misconfigured {
  variable: string;
  problem: string;
}

/** Everything that is wrong with what is set for the whole process; `readConfig` stops at the first. */
export function misconfigured(env: Environment): Misconfigured[] {
  const problems = (Object.keys(variables) as (keyof typeof variables)[]).flatMap((variable) => {
    try {
      value(env, variable, variables[variable].schema as z.ZodType);
      return [];
    } catch (error) {
      return [{ variable, problem: (error as Error).message }];
    }
  });
  if (!env.DATABASE_URL?.trim() || env.STORE_KEYS?.trim()) return problems;
  const problem = 'STORE_KEYS is not set. With DATABASE_URL it must be: the key belongs apart from the data.';
  return [...problems, { variable: 'STORE_KEYS', problem }];
}
