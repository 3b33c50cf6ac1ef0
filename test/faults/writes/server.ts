// A Lintel as `lintel start` runs it, in a process of its own: with shorter times, so that a row of the matrix takes seconds,
// and a clock that can be set. What is set is in its environment, as ever; a line on its standard input sets its clock so
// many ms on, and the end of that input ends it.
import { createInterface } from 'node:readline';
import { readConfig } from '../../../gateway/config.ts';
import { openKeeping } from '../../../gateway/keeping.ts';
import { startLintel } from '../../../gateway/lintel.ts';
import { createLog } from '../../../gateway/log.ts';
import { type Clock, systemClock } from '../../../subgraphs/continuity/clock.ts';
import { systems } from '../../../subgraphs/index.ts';
import { quick } from './quick.ts';

let jumpedMs = 0;
const clock: Clock = { ...systemClock, now: () => systemClock.now() + jumpedMs };
createInterface({ input: process.stdin })
  .on('line', (line) => {
    jumpedMs += Number(line);
  })
  .on('close', () => process.exit(0));

for (const { backends, mutations = {} } of systems) {
  // Rows are played at any hour, also at those at which nobody is rung.
  for (const mutation of Object.values(mutations)) delete mutation.maySend;
  for (const backend of Object.values(backends)) {
    backend.timeoutMs = quick.timeoutMs;
    backend.circuit = { ...backend.circuit, ...quick.circuit };
  }
}
const config = readConfig(process.env);
const log = createLog(config.logLevel);
const keeping = await openKeeping(config, log, clock, undefined, quick.intake);
const { url } = await startLintel({
  env: process.env,
  port: config.port,
  host: config.host,
  log,
  clock,
  keeping,
  operatorSocket: config.operatorSocket,
});
console.log(JSON.stringify({ url }));
