// What every command that runs a server has in common: it prints lines, and it stops when asked to.

/** A line for whoever started it. */
export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

/**
 * Stops once when asked to (Ctrl-C, or a service manager's SIGTERM): finishes what is under way. Asked twice, at once.
 */
export function onStop(stop: () => Promise<void>): void {
  let asked = false;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (asked) process.exit(1);
      asked = true;
      print('Stopping: finishing what is under way. Once more to stop at once.');
      stop().then(
        () => process.exit(0),
        (error: unknown) => {
          process.stderr.write(`lintel: ${error instanceof Error ? error.message : error}\n`);
          process.exit(1);
        },
      );
    });
  }
}
