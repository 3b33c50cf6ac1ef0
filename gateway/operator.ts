// The operator socket: the same endpoint, on a Unix socket that only this account (and root) can open, where requests may
// give orders. Knows sockets and who asks; what an order does is the status subgraph's.
import { accessSync, constants, lstatSync, mkdirSync, type Stats, statSync, unlinkSync } from 'node:fs';
import type { IncomingHttpHeaders, Server } from 'node:http';
import { connect } from 'node:net';
import { userInfo } from 'node:os';
import { dirname } from 'node:path';
import { GraphQLError } from 'graphql';
import { createAsker, type GatheringAsker } from '../subgraphs/continuity/asker.ts';
import { type Front, type Listening, listenBy } from './http.ts';

/** Says who gives orders, percent-encoded (names are not ASCII alone). Only looked at on the operator socket. */
export const operatorHeader = 'lintel-operator';

/** The longest path of a Unix socket, in bytes: `sun_path` has 108 on Linux, 104 elsewhere, one of them for its end. */
const longestPath = process.platform === 'linux' ? 107 : 103;

/** As long as an operator's name is anywhere. */
const longestName = 100;

/** What whoever gives orders elsewhere is told. */
export const forbidden = new GraphQLError(
  'Only operators can order this: with npx lintel system, on the machine that runs Lintel.',
  { extensions: { code: 'FORBIDDEN' } },
);

/** Who this process runs as. */
export function account(): string {
  const { username, uid } = userInfo();
  return username || `user ${uid}`;
}

/** What an operator's request gets as its context: what any other does, and who gives orders. */
export function operatorContext(
  signal: AbortSignal,
  cacheControl: string | undefined,
  headers: IncomingHttpHeaders,
): GatheringAsker {
  return Object.assign(createAsker(signal, cacheControl), { operator: named(headers[operatorHeader]) });
}

function named(header: string | string[] | undefined): string {
  if (header === undefined) return account();
  const name = decoded(String(header)).trim();
  // No control characters: the name is printed in logs and at terminals.
  if (name && name.length <= longestName && !/\p{Cc}/u.test(name)) return name;
  throw new GraphQLError(`An operator's name has 1 to ${longestName} characters and no line ends.`, {
    extensions: { code: 'BAD_USER_INPUT', http: { status: 400 } },
  });
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return '';
  }
}

/**
 * Serves operators at a path. The socket of a process that is no more is replaced; one of a process that lives is not.
 * Throws an error that says what to do where the path is too long, taken, or in a folder that others can write to.
 */
export async function listenForOperators(front: Front<GatheringAsker>, path: string): Promise<Listening> {
  checkLength(path);
  const folder = dirname(path);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    accessSync(folder, constants.W_OK | constants.X_OK);
  } catch (error) {
    throw new Error(
      `The operator socket cannot be made in ${folder}: ${(error as Error).message}. Set OPERATOR_SOCKET to a file in a folder that this account may write in.`,
    );
  }
  const { uid, mode } = statSync(folder);
  // Where others can write (and no sticky bit keeps them from it), they could put a socket of theirs in its place.
  if (!mine(uid) || ((mode & 0o002) !== 0 && (mode & 0o1000) === 0)) {
    throw new Error(
      `The folder ${folder} belongs to another account or can be written to by all: no place for the operator socket. Mend that, or set OPERATOR_SOCKET to a file in a folder of your own.`,
    );
  }
  if (found(path)) await clear(path);
  // No browser comes by a file: its clients say of their host what they like.
  return listenBy({ ...front, hosts: 'any' }, (http) => bound(http, path));
}

function bound(http: Server, path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    http.once('error', (error: NodeJS.ErrnoException) => {
      reject(error.code === 'EADDRINUSE' ? taken(path) : error);
    });
    // Made by the call itself, before anybody else can run: nobody but this account can open it, not for an instant.
    const before = process.umask(0o177);
    try {
      http.listen(path, () => resolve(path));
    } finally {
      process.umask(before);
    }
  });
}

/** Takes away what a process has left behind that is no more. */
async function clear(path: string): Promise<void> {
  if (!found(path)?.isSocket()) {
    throw new Error(`${path} is there and is no socket. Take it away, or set OPERATOR_SOCKET to another file.`);
  }
  if (await answers(path)) throw taken(path);
  unlinkSync(path);
}

function taken(path: string): Error {
  return new Error(
    `Another Lintel listens to operators at ${path}. Stop that one, or give this one another OPERATOR_SOCKET.`,
  );
}

function checkLength(path: string): void {
  const bytes = Buffer.byteLength(path);
  if (bytes <= longestPath) return;
  throw new Error(
    `The path of the operator socket has ${bytes} bytes, and a socket's may have ${longestPath}: ${path}. Set OPERATOR_SOCKET to a shorter one, e.g. /run/lintel/operator.sock.`,
  );
}

function mine(uid: number): boolean {
  return [0, userInfo().uid].includes(uid) || userInfo().uid === 0;
}

function found(path: string): Stats | undefined {
  return lstatSync(path, { throwIfNoEntry: false });
}

/** Whether a process listens there. Throws an error that says so where it is another account's. */
export function answers(path: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNREFUSED' || error.code === 'ENOENT') resolve(false);
      else if (error.code === 'EACCES') reject(new Error(`${path} is another account's: do this as that account.`));
      else reject(error);
    });
  });
}
