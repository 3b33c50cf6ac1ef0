// What commands have in common as processes: a server stops when asked to, any other ends with whoever reads what it prints.
import { remark } from './terminal.ts';

/** Whether this process is a server, which goes on when nobody reads what it prints any more. */
let serving = false;

/** Ends a command quietly when whoever reads what it prints has enough: `lintel receipts | head -1`. */
export function endWithReader(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
      if (!serving) process.exit();
    });
  }
}

/**
 * Stops once when asked to (Ctrl-C, or a service manager's SIGTERM): finishes what is under way. Asked twice, at once.
 */
export function onStop(stop: () => Promise<void>): void {
  serving = true;
  let asked = false;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (asked) process.exit(1);
      asked = true;
      remark('Stopping: finishing what is under way. Once more to stop at once.');
      stop().then(
        () => process.exit(0),
        (error: unknown) => {
          remark(`lintel: ${error instanceof Error ? error.message : error}`);
          process.exit(1);
        },
      );
    });
  }
}
