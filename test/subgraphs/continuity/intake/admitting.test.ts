// Steps of which it is decided at each attempt whether they may be sent now; what a step is told of its write; and what of a write
// has a number that may be another's by now. The same on every engine.
import { expect, it } from 'vitest';
import type { Admission, Applicant } from '../../../../subgraphs/continuity/admission.ts';
import { WireError } from '../../../../subgraphs/continuity/errors.ts';
import { intakeNumbers } from '../../../../subgraphs/continuity/intake/numbers.ts';
import type { StepContext } from '../../../../subgraphs/continuity/mutation.ts';
import { amend, createOffice, openMemoryDesk } from './office.ts';

const tap = { about: 'P1', text: 'a tap' };
const later: Admission = { admit: 'LATER', message: 'We are going to ring you soon.', afterMs: 10_000 };

/** A desk at which each attempt is decided on; then it may be sent. */
async function openDeciding(decided: (Admission | WireError)[]) {
  const office = createOffice();
  const asked: Applicant[] = [];
  office.counter.admit = async (_kind, _input, applicant) => {
    asked.push(applicant);
    const one = decided.shift() ?? { admit: 'NOW' };
    if (one instanceof WireError) throw one;
    return one;
  };
  return { ...(await openMemoryDesk({ office })), asked };
}

it('waits and is tried again where it is not the time for it, as it was told; no failure, and told once', async () => {
  const { note, office, clock, reaches, intake, asked } = await openDeciding([later, later]);
  const told: string[] = [];
  intake.listen(({ state, message }) => told.push(`${state}: ${message}`));
  const acceptedAtMs = clock.now();
  const receipt = await note('note', tap);
  expect(receipt).toMatchObject({ state: 'QUEUED', message: 'We are going to ring you soon.' });
  expect(receipt.steps).toMatchObject([{ attempts: 0, message: 'We are going to ring you soon.' }]);
  await clock.advance(9_000);
  expect(office.sent).toBe(0);
  await clock.advance(11_000);
  await reaches(receipt, 'APPLIED');
  expect(told.filter((each) => each.includes('ring you soon'))).toHaveLength(1);
  const [{ reference } = { reference: '' }] = receipt.steps;
  const write = { receipt: receipt.id, reference, acceptedAtMs };
  expect(asked.slice(0, 2)).toEqual([
    { ...write, background: false },
    { ...write, background: true },
  ]);
  expect(office.sent).toBe(1);
});

it('is refused, with the reason, where it may never be sent', async () => {
  const { note, office } = await openDeciding([{ admit: 'NEVER', message: 'That number may not be rung.' }]);
  expect(await note('note', tap)).toMatchObject({
    state: 'REFUSED',
    message: expect.stringContaining('That number may not be rung.'),
  });
  expect(office.sent).toBe(0);
});

it('is done where another write has done it already, with what that one made and when', async () => {
  const atMs = Date.UTC(2022, 5, 27, 7);
  const { note, office } = await openDeciding([{ admit: 'DONE', made: 'call-7', atMs }]);
  expect(await note('note', tap)).toMatchObject({
    ...{ state: 'APPLIED', made: [{ id: 'call-7' }] },
    steps: [{ state: 'APPLIED', attempts: 0, appliedAtMs: atMs }],
  });
  expect(office.sent).toBe(0);
});

it('is tried again where it could not be decided', async () => {
  const { note, office, clock, reaches } = await openDeciding([new WireError('UNREACHABLE', 'away')]);
  const receipt = await note('note', tap);
  expect(receipt).toMatchObject({ state: 'QUEUED', steps: [{ attempts: 0 }] });
  await clock.advance(1_000);
  await reaches(receipt, 'APPLIED');
  expect(office.sent).toBe(1);
});

it('is not decided on again where it may have been done already: it is found out', async () => {
  const { note, office, clock, reaches, asked } = await openDeciding([]);
  office.ways = ['LOST'];
  const receipt = await note('note', tap);
  expect(asked).toHaveLength(1);
  await clock.advance(intakeNumbers.quarantineMs);
  await reaches(receipt, 'APPLIED');
  expect([asked.length, office.effects.length]).toEqual([1, 1]);
});

it('tells a step when its write was accepted, and when it was received, however late it is sent', async () => {
  const office = createOffice();
  const told: Pick<StepContext, 'acceptedAtMs' | 'receivedAtMs' | 'reference'>[] = [];
  const { noteByKey } = office.counter.steps;
  const { apply } = noteByKey as NonNullable<typeof noteByKey>;
  amend(office.counter.steps, 'noteByKey', {
    apply(input: unknown, context: StepContext, signal: AbortSignal) {
      const { acceptedAtMs, receivedAtMs, reference } = context;
      told.push({ acceptedAtMs, receivedAtMs, reference });
      return apply(input, context, signal);
    },
  });
  const { note, clock, reaches } = await openMemoryDesk({ office });
  office.open = 'QUEUE';
  const acceptedAtMs = clock.now();
  const receivedAtMs = acceptedAtMs - 3 * 86_400_000;
  const receipt = await note('note', { ...tap, receivedAt: new Date(receivedAtMs).toISOString() } as typeof tap);
  clock.leap(3_600_000);
  office.opens();
  await reaches(receipt, 'APPLIED');
  expect(told).toEqual([{ acceptedAtMs, receivedAtMs, reference: receipt.steps[0]?.reference }]);
});

it('stays in doubt where the record that it was about is gone: that says nothing of what was done', async () => {
  const office = createOffice();
  const { steps, mutations } = office.counter;
  let gone: WireError | null = null;
  const target = {
    ...{ backend: 'desk', another: 'Another.', unknown: 'Look.', compare: () => 'SAME' },
    async read() {
      if (gone) throw gone;
      return {};
    },
  };
  amend(steps, 'noteReadBack', { target });
  const planned = (input: unknown) => [{ kind: 'noteReadBack', title: 'note it', input, target: {} }];
  amend(mutations, 'noteReadBack', { steps: planned });
  const { note, clock, reaches, intake, sees, failures } = await openMemoryDesk({ office });
  office.ways = ['LOST'];
  const receipt = await note('noteReadBack', tap);
  gone = new WireError('REFUSAL', 'no such record', { reason: 'There is none.' });
  const calls = office.classes.length;
  await clock.advance(intakeNumbers.quarantineMs);
  await sees(() => office.classes.length > calls);
  await intake.replay();
  expect(await intake.receipt(receipt.id)).toMatchObject({ state: 'AMBIGUOUS' });
  gone = null;
  await clock.advance(10_000);
  await reaches(receipt, 'APPLIED');
  expect([office.sent, office.effects.length]).toEqual([1, 1]);
  expect(failures).toEqual([]);
});

it.each([
  ['its own record', { whose: 'P1' }, 'LIVE', 0, 1],
  ["another's record", { whose: 'P2' }, 'LIVE', 0, 0],
  ["another's record, as it is kept", { whose: 'P2' }, 'SNAPSHOT', -1, 0],
  ['a record that proves nothing', { whose: '' }, 'LIVE', 0, 1],
  ['no record, asked now', null, 'LIVE', 0, 0],
  ['no record, as it was kept before', null, 'SNAPSHOT', -1, 1],
  ['no record, in a restored copy', null, 'RESTORED_COPY', 0, 1],
  ['an error', new Error('away'), 'LIVE', 0, 1],
] as const)(
  'shows the number of what it made by what it gives by now: %s',
  async (_what, value, source, agoMs, shown) => {
    const office = createOffice();
    const read: string[] = [];
    const { mutations } = office.counter;
    const compare = ({ about }: typeof tap, _steps: unknown, record: { whose: string }) =>
      record.whose === '' ? 'UNKNOWN' : record.whose === about ? 'SAME' : 'OTHER';
    amend(mutations, 'note', { still: { read: 'note', compare } });
    const { note, clock, intake } = await openMemoryDesk({ office });
    office.counter.read = async (kind, key) => {
      read.push(`${kind} ${key}`);
      if (value instanceof Error) return value;
      const asOf = new Date(clock.now() + agoMs).toISOString();
      return { value, provenance: { system: 'office', source, asOf } };
    };
    const { id, made } = await note('note', tap);
    expect(made).toHaveLength(1);
    const receipt = await intake.receipt(id);
    expect(await receipt?.stillMade?.()).toEqual(made.slice(0, shown));
    expect(read).toEqual([`note ${made[0]?.id}`]);
  },
);
