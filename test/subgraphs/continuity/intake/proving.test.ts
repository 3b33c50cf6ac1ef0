// A write about a record is compared, right before it is sent, with the record that was meant when it was accepted.
import { expect, it, onTestFinished } from 'vitest';
import { plantBug } from '../../../../subgraphs/continuity/deliberate-bugs.ts';
import { WireError } from '../../../../subgraphs/continuity/errors.ts';
import { intakeNumbers } from '../../../../subgraphs/continuity/intake/numbers.ts';
import type { Mutation, Step, Target } from '../../../../subgraphs/continuity/mutation.ts';
import { onBothEngines } from '../../../stores.ts';
import { createDesks, createOffice, type Note, type Office } from './office.ts';

/** A note about a file, as it was known when the note was accepted; null: not at all. */
interface Amendment extends Note {
  meant: Target | null;
}

const another = 'The file is another one.';
const unknown = 'Look at the file.';
const steps = ['amend', 'amend'] as const;

/** An office with files, which may be given out again under the same name. */
function officeWithFiles(): Office & { file: { whose: string } | null; away: boolean } {
  const office = Object.assign(createOffice(), { file: { whose: 'Katy' } as { whose: string } | null, away: false });
  const { counter } = office;
  const target: NonNullable<Step<Amendment, unknown>['target']> = {
    backend: 'files',
    async read() {
      if (!office.file) throw new WireError('REFUSAL', 'no file', { reason: 'There is no such file.' });
      return office.file;
    },
    compare(meant, found) {
      if (meant.whose === null) return 'UNKNOWN';
      return meant.whose === found.whose ? 'SAME' : 'OTHER';
    },
    another,
    unknown,
  };
  const { note } = counter.mutations as { note: Mutation<Note> };
  const amend: Mutation<Amendment> = {
    ...note,
    check: (given) => given as Amendment,
    steps: ({ meant, ...input }) => [{ kind: 'amend', title: 'amend it', input, target: meant }],
  };
  const open = counter.open;
  Object.assign(counter, {
    steps: {
      ...counter.steps,
      amend: { ...counter.steps.noteReadBack, target },
      amendByKey: { ...counter.steps.noteByKey, target },
    },
    mutations: {
      ...counter.mutations,
      amend,
      amendTwice: {
        ...amend,
        steps: (input: Amendment) => steps.flatMap((_kind) => amend.steps(input)),
      },
      amendNow: { ...amend, whileDown: { refuse: 'Not while we are closed.' } },
      amendByKey: {
        ...amend,
        steps: (input: Amendment) => amend.steps(input).map((step) => ({ ...step, kind: 'amendByKey' })),
      },
    },
    open: (backend: string) => (backend === 'files' && office.away ? 'QUEUE' : open(backend)),
  });
  return office;
}

onBothEngines('writes about records that are there', (place) => {
  const desks = createDesks(place);
  const amendment = (meant: Target | null): Amendment => ({ about: 'P1', text: 'a stamp', meant });
  async function open() {
    const office = officeWithFiles();
    const desk = await desks.open({ office });
    return { ...desk, office };
  }

  it('are sent where the record is the one that was meant', async () => {
    const { office, note } = await open();
    expect(await note('amend', amendment({ whose: 'Katy' }))).toMatchObject({ state: 'APPLIED' });
    expect(office.sent).toBe(1);
  });

  it('are refused, with the reason, where it is another one by then', async () => {
    const { office, note, reaches, intake } = await open();
    office.open = 'QUEUE';
    const receipt = await note('amend', amendment({ whose: 'Katy' }));
    office.file = { whose: 'David' };
    office.opens();
    await reaches(receipt, 'REFUSED');
    const refused = await intake.receipt(receipt.id);
    expect(refused).toMatchObject({ message: expect.stringContaining(another), steps: [{ message: another }] });
    expect(office.sent).toBe(0);
  });

  it('are refused where there is no such record any more', async () => {
    const { office, note } = await open();
    office.file = null;
    const receipt = await note('amend', amendment({ whose: 'Katy' }));
    expect(receipt).toMatchObject({ state: 'REFUSED', steps: [{ message: 'There is no such file.' }] });
    expect(office.sent).toBe(0);
  });

  it.each([[null], [{ whose: null }]])(
    'wait for a person where what was known (%j) proves nothing, and go on once one has looked',
    async (meant) => {
      const { office, note, reaches, intake } = await open();
      const receipt = await note('amend', amendment(meant));
      expect(receipt).toMatchObject({ state: 'PARKED', steps: [{ message: unknown, attempts: 0 }] });
      expect(office.sent).toBe(0);
      await intake.settle(receipt.id, 'SEND_AGAIN', 'ann', 'It is Katy’s: I have looked.');
      await reaches(receipt, 'APPLIED');
      expect(office.sent).toBe(1);
      const settledBy = { who: 'ann', why: 'It is Katy’s: I have looked.' };
      expect(await intake.receipt(receipt.id)).toMatchObject({ settledBy });
    },
  );

  it('are refused though a person has vouched, where it is not the record any more that the person saw', async () => {
    const { office, note, reaches, intake } = await open();
    const receipt = await note('amend', amendment(null));
    office.open = 'QUEUE';
    await intake.settle(receipt.id, 'SEND_AGAIN', 'ann', 'It is Katy’s: I have looked.');
    office.file = { whose: 'David' };
    office.opens();
    await reaches(receipt, 'REFUSED');
    expect(office.sent).toBe(0);
  });

  it('ask a person once for all their steps that are about the same record', async () => {
    const { office, note, reaches, intake } = await open();
    const receipt = await note('amendTwice', amendment(null));
    expect(receipt.state).toBe('PARKED');
    await intake.settle(receipt.id, 'SEND_AGAIN', 'ann', 'I have looked.');
    await reaches(receipt, 'APPLIED');
    expect(office.sent).toBe(2);
  });

  it('of a store of before records were kept with them wait for a person', async () => {
    const former = createOffice();
    const { note: amend } = former.counter.mutations as { note: Mutation<Note> };
    const amendFormerly = { ...amend, steps: (input: Note) => [{ kind: 'amend', title: 'amend it', input }] };
    Object.assign(former.counter, {
      mutations: { ...former.counter.mutations, amend: amendFormerly },
      steps: { ...former.counter.steps, amend: former.counter.steps.noteReadBack },
    });
    former.open = 'QUEUE';
    const before = await desks.open({ office: former });
    const { id } = await before.note('amend', { about: 'P1', text: 'a stamp' });
    await before.intake.close();
    const office = officeWithFiles();
    const { reaches } = await desks.beside(before, { office });
    await reaches({ id }, 'PARKED');
    expect(office.sent).toBe(0);
  });

  it('are not taken for done by what is said of another record, after a reply was lost', async () => {
    const { office, note, reaches, clock, intake } = await open();
    office.ways = ['LOST'];
    const receipt = await note('amend', amendment({ whose: 'Katy' }));
    expect(receipt.state).toBe('AMBIGUOUS');
    office.file = { whose: 'David' };
    await clock.advance(intakeNumbers.quarantineMs);
    await reaches(receipt, 'PARKED');
    expect(office.looked).toBe(0);
    const parked = await intake.receipt(receipt.id);
    expect(parked?.steps[0]?.message).toMatch(/^It was sent once without an answer.*another one\.$/);
    await intake.settle(receipt.id, 'SEND_AGAIN', 'ann', 'It was not done.');
    await reaches(receipt, 'REFUSED');
    expect(office.sent).toBe(1);
  });

  it('that know their repeats by a key are not sent again at another record, after a reply was lost', async () => {
    const { office, note, reaches, clock } = await open();
    office.ways = ['NEVER'];
    const receipt = await note('amendByKey', amendment({ whose: 'Katy' }));
    office.file = { whose: 'David' };
    await clock.advance(intakeNumbers.quarantineMs);
    await reaches(receipt, 'PARKED');
    expect(office.sent).toBe(1);
  });

  it('wait while the backend that knows the record cannot be asked', async () => {
    const { office, note, reaches } = await open();
    office.away = true;
    const receipt = await note('amend', amendment({ whose: 'Katy' }));
    expect(receipt.state).toBe('QUEUED');
    expect(office.sent).toBe(0);
    office.away = false;
    office.opens();
    await reaches(receipt, 'APPLIED');
  });

  it('that must not wait are refused where a person would have to look', async () => {
    const { office, note } = await open();
    const receipt = await note('amendNow', amendment(null));
    expect(receipt).toMatchObject({ state: 'REFUSED', steps: [{ message: unknown }] });
    expect(office.sent).toBe(0);
  });

  it('are sent to whoever has the number where the comparison is taken out on purpose', async () => {
    onTestFinished(plantBug('TRUST_BARE_NUMBER'));
    const { office, note } = await open();
    office.file = { whose: 'David' };
    expect(await note('amend', amendment({ whose: 'Katy' }))).toMatchObject({ state: 'APPLIED' });
    expect(office.sent).toBe(1);
  });
});
