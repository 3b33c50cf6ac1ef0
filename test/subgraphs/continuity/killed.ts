// A process that accepts one emergency into the journal and is killed there: before its store is asked for it again, or
// (TAKE) while the store's commit is on its way back.
import { createCipher } from '../../../subgraphs/continuity/cipher.ts';
import { systemClock } from '../../../subgraphs/continuity/clock.ts';
import { openJournal } from '../../../subgraphs/continuity/journal.ts';
import { createLane } from '../../../subgraphs/continuity/lane.ts';
import { emergency } from './emergencies.ts';

const [file = '', takes] = process.argv.slice(2);
const onFailure = () => {};
const cipher = createCipher(new Map([['one', Buffer.alloc(32, 1)]]));
const journal = await openJournal({ file, cipher, onFailure });
let asked = 0;
const lane = createLane({
  journal,
  clock: systemClock,
  onFailure,
  store: {
    take(write) {
      asked += 1;
      if (asked === 1 || !takes) return Promise.reject(new Error('away'));
      console.log(`TAKEN ${JSON.stringify(write)}`);
      return new Promise(() => {});
    },
    alias: async () => {},
  },
});
await lane.take(emergency(1));
console.log('ACCEPTED');
// Killed, never ended.
setInterval(() => {}, 1_000);
