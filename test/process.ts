// The command line as a person runs it: real processes, real ports.
import { type ChildProcess, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project's own folder. */
export const project = fileURLToPath(new URL('..', import.meta.url));

/** A command that runs. */
export interface Run {
  child: ChildProcess;
  /** Everything that it has printed so far. */
  output(): string;
  /** Waits until it prints what matches. Rejects, with what it printed instead, when it ends before that. */
  prints(pattern: RegExp): Promise<RegExpExecArray>;
  /** Its exit code, once it has ended. */
  ended: Promise<number | null>;
}

/**
 * Runs `lintel` with arguments, with these variables and nothing else of Lintel's set.
 * @param folder of the project that is run; `cwd`: where it is run from.
 */
export function run(
  args: readonly string[],
  variables: Record<string, string> = {},
  { folder = project, cwd = folder }: { folder?: string; cwd?: string } = {},
): Run {
  return command(process.execPath, [join(folder, 'gateway/cli.ts'), ...args], variables, cwd);
}

/** Runs any program likewise. */
export function command(program: string, args: readonly string[], variables: Record<string, string>, cwd: string): Run {
  const child = spawn(program, args, { cwd, env: { PATH: process.env.PATH, ...variables } });
  let text = '';
  const listeners = new Set<() => void>();
  const heard = () => {
    for (const listener of [...listeners]) listener();
  };
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      text += chunk;
      heard();
    });
  }
  const ended = new Promise<number | null>((resolve) => {
    child.once('close', (code) => {
      resolve(code);
      heard();
    });
  });
  return {
    child,
    output: () => text,
    ended,
    prints(pattern) {
      return new Promise((resolve, reject) => {
        const look = () => {
          const found = pattern.exec(text);
          const over = child.exitCode !== null || child.signalCode !== null;
          if (!found && !over) return;
          listeners.delete(look);
          if (found) resolve(found);
          else reject(new Error(`${args.join(' ')} ended without printing ${pattern}:\n${text}`));
        };
        listeners.add(look);
        look();
      });
    },
  };
}

/** Where a machine takes no port of its own choice: what is closed for a while is not somebody's connection by then. */
const chosen = { first: 10_000, last: 32_000 };

/** A port with a stretch of free ones above it, as the mocks want them. */
export async function freePorts(stretch: number): Promise<number> {
  for (;;) {
    const first = randomInt(chosen.first, chosen.last - stretch);
    const all = Array.from({ length: stretch }, (_, i) => freed(first + i));
    if ((await Promise.allSettled(all)).every(({ status }) => status === 'fulfilled')) return first;
  }
}

function freed(port: number): Promise<void> {
  const server = createServer();
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => server.close(() => resolve()));
  });
}
