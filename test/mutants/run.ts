// `npm run mutants`: changes the code in small ways, one at a time, and tells which changes the tests of its room do not
// notice. MUTANTS_ROOM chooses one room, MUTANTS_EACH how many mutants of each file. `-- --touched` tries only files that are not
// as they were at their baseline; `-- --write` makes what comes of it the baseline. Ends with 1 where a file is under it.
import { readBaseline, touched, under, writeBaseline } from './baseline.ts';
import { type Score, tryRoom } from './room.ts';
import { rooms } from './rooms.ts';

const baseline = readBaseline();
const { MUTANTS_ROOM, MUTANTS_EACH = String(baseline.each) } = process.env;
const flags = process.argv.slice(2);
const each = Number(MUTANTS_EACH);
const chosen = rooms.filter(({ name }) => !MUTANTS_ROOM || name === MUTANTS_ROOM);
if (chosen.length === 0) refuse(`There is no room "${MUTANTS_ROOM}": ${rooms.map(({ name }) => name).join(', ')}.`);
if (!Number.isInteger(each) || each < 1) refuse(`MUTANTS_EACH is 1 or more, and not "${MUTANTS_EACH}".`);
const unknown = flags.filter((flag) => flag !== '--touched' && flag !== '--write');
if (unknown.length > 0) refuse(`There are --touched and --write, and no ${unknown.join(', ')}.`);
const writes = flags.includes('--write');
if (writes && each !== baseline.each && MUTANTS_ROOM)
  refuse('Another MUTANTS_EACH makes a baseline of all rooms, not of one.');

const fresh = flags.includes('--touched') ? new Set(touched(baseline)) : null;
const table: Record<string, object> = {};
const all = new Map<string, Score>();
for (const room of chosen) {
  const files = fresh ? room.files.filter((file) => fresh.has(file)) : room.files;
  if (files.length === 0) continue;
  console.log(`${room.name}: ${files.length} ${files.length === 1 ? 'file' : 'files'}`);
  const scores = await tryRoom(room, files, each);
  if (scores.size === 0) continue;
  const total = { tried: 0, noticed: 0 };
  for (const [file, score] of scores) {
    all.set(file, score);
    total.tried += score.tried;
    total.noticed += score.noticed;
    for (const { place, instead } of score.survivors) console.log(`  ${place} ${instead}`);
  }
  table[room.name] = { ...total, percent: Math.round((100 * total.noticed) / total.tried) };
}
if (all.size > 0) console.table(table);
else console.log('Nothing was to be tried.');
// With another number of mutants there is nothing to compare with; the survivors are told above.
const wrong = each === baseline.each ? under(baseline, all) : [];
for (const line of wrong) console.log(line);
if (writes) writeBaseline(baseline, all, each);
else process.exitCode = wrong.length > 0 ? 1 : 0;

function refuse(why: string): never {
  console.error(why);
  process.exit(2);
}
