// What every command that runs a server has in common: it stops when asked to.
import { remark } from './terminal.ts';

/**
 * Stops once when asked to (Ctrl-C, or a service manager's SIGTERM): finishes what is under way. Asked twice, at once.
 */
export function onStop(stop: () => Promise<void>): void {
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
