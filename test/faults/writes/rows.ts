// The write rows of the matrix: what goes wrong with a system while clients write, over a Lintel that runs all along. What
// goes wrong with Lintel itself, its database or its disk is in crashes.ts.
import { ledgerOf } from './audit.ts';
import { between } from './chance.ts';
import type { Note } from './notebook.ts';
import type { Row, Stage } from './play.ts';
import { quick } from './quick.ts';

const raise = 'repairs.workOrders.raise';
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** A fault of what is asked for, some of it or most, while a crowd writes. */
function whileWritten(name: string, fault: string, options: (stage: Stage) => Record<string, number>): Row {
  return {
    name,
    broken: 'repairs',
    async play(stage) {
      await stage.break(raise, fault, options(stage));
      await Promise.all([
        stage.crowd(stage.size, ['report', 'report', 'emergency', 'visit', 'details']),
        stage.stories(2),
      ]);
      await stage.mend();
    },
  };
}

const some = ({ random, size }: Stage) => ({ times: between(random, 3, 3 + Math.floor(size / 4)) });

export const rows: readonly Row[] = [
  whileWritten('does what it is asked and loses the acknowledgement', 'lost-acknowledgement', some),
  whileWritten('resets the connection before it does anything', 'down', some),
  whileWritten('is cut off within its reply', 'truncated', some),
  whileWritten('answers garbage', 'garbled', some),
  whileWritten('resets every second call', 'flapping', () => ({ every: 2 })),
  {
    name: 'hangs on some, and does them later, when nobody listens any more',
    broken: 'repairs',
    async play(stage) {
      await stage.break(raise, 'hung', { late: 1, ...some(stage) });
      const writing = stage.crowd(stage.size, ['report', 'emergency', 'details']);
      await stage.asked(raise, 3);
      // Whoever asked has given up on it by then, and does not look for it yet: its quarantine is half over.
      const doubted = async () =>
        (await ledgerOf(stage.scene.lintel().url)).byState.some(({ state }) => state === 'AMBIGUOUS');
      while (!(await doubted())) await pause(20);
      await pause(quick.intake.quarantineMs / 2);
      await stage.mend();
      await writing;
    },
  },
  {
    name: 'says no',
    broken: 'repairs',
    async play(stage) {
      const notes = await stage.crowd(stage.size, ['nowhere', 'report', 'done']);
      await stage.drained();
      const refused = notes.filter(({ sort }) => sort === 'nowhere').length;
      const { byState } = await ledgerOf(stage.scene.lintel().url);
      const counted = byState.find(({ state }) => state === 'REFUSED')?.count ?? 0;
      if (counted < refused) stage.wrong(`${refused} were of a home that is not there, and ${counted} are REFUSED.`);
    },
  },
  {
    name: 'loses the acknowledgement of a telephone number that it was told to change',
    broken: 'tenancies',
    async play(stage) {
      await stage.break('tenancies.UpdateContactDetails', 'lost-acknowledgement', some(stage));
      await stage.crowd(stage.size, ['details', 'details', 'report']);
      await stage.mend();
    },
  },
  {
    name: 'loses the acknowledgement of an exchange that was applied for',
    broken: 'lettings',
    async play(stage) {
      await stage.break('lettings.exchanges', 'lost-acknowledgement', { times: between(stage.random, 2, 4) });
      await stage.crowd(Math.ceil(stage.size / 3), ['exchange']);
      await stage.mend();
    },
  },
  {
    name: 'rings somebody and loses the acknowledgement: nobody is rung twice',
    broken: 'telephony',
    async play(stage) {
      await stage.break('telephony.switchboard.originate', 'lost-acknowledgement', some(stage));
      await stage.crowd(Math.ceil(stage.size / 2), ['callback']);
      await stage.mend();
    },
  },
  {
    name: 'has its scheduler down while its work orders are up',
    broken: 'repairs',
    async play(stage) {
      const { scene, size, wrong } = stage;
      await stage.break('repairs.scheduler', 'down');
      const notes = await stage.crowd(size, ['visit', 'report']);
      // What needs work orders alone is done meanwhile. Emergencies are behind no visit that waits.
      const emergencies = await stage.crowd(4, ['emergency']);
      const marks = new Set(emergencies.map(({ key }) => key));
      const raised = async () =>
        (await stage.effects(scene.since)).filter(({ says }) => marks.has(says.split(' ')[0] ?? ''));
      for (let looks = 0; looks < 100 && (await raised()).length < 4; looks += 1) await pause(30);
      if ((await raised()).length < 4) wrong('Emergencies were not raised while only the scheduler was down.');
      const { byState } = await ledgerOf(scene.lintel().url);
      const visits = notes.some(({ sort }) => sort === 'visit');
      if (visits && !byState.some(({ state }) => state === 'QUEUED'))
        wrong('A visit was booked with a scheduler that is down.');
      await stage.mend();
    },
  },
  {
    name: 'is down for a while and comes back to a backlog, and to those who read',
    broken: 'repairs',
    async play(stage) {
      const { scene, random, size } = stage;
      await stage.break('repairs', 'down');
      await stage.crowd(2 * size, ['report', 'emergency', 'visit', 'details']);
      const before = scene.notebook.notes.filter(({ told }) => told.at(-1)?.state === 'QUEUED').length;
      if (before === 0) stage.wrong('Nothing was queued while it was down.');
      await stage.mend();
      // New ones come while the old are worked off.
      await stage.crowd(between(random, 4, 8), ['report', 'emergency']);
    },
  },
  {
    name: 'is asked again with a key that was used: the same content gives the same receipt, another is refused',
    broken: 'repairs',
    async play({ crowd, deliver, wrong }) {
      const notes = await crowd(6, ['report', 'details']);
      await Promise.all(notes.flatMap((note) => [deliver(note), deliver(note)]));
      for (const note of notes) {
        const field = note.sort === 'details' ? 'email' : 'description';
        const input = { ...note.input, [field]: `other-${note.input[field]}` };
        const other: Note = { ...note, input, told: [], refused: null };
        await deliver(other);
        if (!other.refused?.startsWith('IDEMPOTENCY_KEY_REUSED')) {
          wrong(`The key of ${note.key}, used for something else, gave ${other.refused ?? 'a receipt'}.`);
        }
      }
    },
  },
  {
    name: 'answers nobody knows what, and several operators decide on the same at once',
    broken: 'repairs',
    async play(stage) {
      const { scene, random, crowd, wrong } = stage;
      await stage.break(raise, 'down');
      const notes = await crowd(6, ['report']);
      await stage.mend();
      const query = `mutation Settle($input: SettleWriteInput!) { settleWrite(input: $input) { receipt { id } } }`;
      const open = notes.filter(({ told }) => told.at(-1)?.state !== 'APPLIED');
      await Promise.all(
        open.map(async (note) => {
          const verdicts = between(random, 0, 1) ? ['SEND_AGAIN', 'SETTLED'] : ['SEND_AGAIN', 'SEND_AGAIN'];
          const receipt = note.told[0]?.id;
          const orders = ['Ann', 'Ben', 'Cat', 'Dan'].map(async (who, index) => {
            // Some while it is being sent on another's word.
            await pause(between(random, 0, 600));
            const input = { receipt, verdict: verdicts[index % 2], why: 'looked it up' };
            return scene.lintel().order(who, query, { input });
          });
          const replies = await Promise.all(orders);
          note.settled = true;
          for (const { errors } of replies) {
            for (const { extensions } of errors) {
              if (extensions?.code === 'INTERNAL_SERVER_ERROR')
                wrong(`An operator was told: ${JSON.stringify(errors)}`);
            }
          }
        }),
      );
    },
  },
  {
    name: 'runs on a machine whose clock jumps an hour, both ways',
    // No system: and what others are told is of another hour.
    broken: null,
    async play(stage) {
      const { scene, random, size } = stage;
      await stage.break(raise, 'lost-acknowledgement', some(stage));
      for (const ms of [3_600_000, -7_200_000, 3_600_000]) {
        const writing = stage.crowd(Math.ceil(size / 3), ['report', 'emergency', 'details']);
        if (between(random, 0, 1)) await stage.asked(raise, 1);
        scene.lintel().jump(ms);
        await writing;
      }
      await stage.mend();
    },
  },
];
