// The log: lines of JSON on standard error, or for a person at a terminal, lines to read. No personal data in either.
import { type Logger, pino } from 'pino';
import pretty from 'pino-pretty';
import type { Config } from './config.ts';

/** A log at the configured level. */
export function createLog(level: Config['logLevel']): Logger {
  const stream = process.stderr.isTTY
    ? pretty({ destination: 2, sync: true, ignore: 'pid,hostname', translateTime: 'SYS:HH:MM:ss' })
    : pino.destination({ dest: 2, sync: true });
  return pino({ level, base: null }, stream);
}
