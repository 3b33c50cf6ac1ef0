// What every mutation of every system must be, whatever it is about: one suite over all that are declared.
import fc from 'fast-check';
import { buildSchema, isInputObjectType } from 'graphql';
import { describe, expect, it } from 'vitest';
import { readConnections } from '../../gateway/config.ts';
import { parts } from '../../gateway/lintel.ts';
import { compose } from '../../gateway/supergraph.ts';
import type { Mutation, ReceiptState } from '../../subgraphs/continuity/mutation.ts';
import { rules } from '../../subgraphs/continuity/rules.ts';
import { systems } from '../../subgraphs/index.ts';
import { createTestClock } from '../clock.ts';

const clock = createTestClock();
const surroundings = { now: clock.now, snapshots: undefined };
const soon = (hours: number) => new Date(clock.now() + hours * 3_600_000).toISOString();
const window = { start: soon(24), end: soon(27) };
const leg = (person: string, from: string, to: string) => ({
  ...{ personReference: person, fromPropertyReference: from, toPropertyReference: to, agreed: true },
});

/** Inputs that are fine, as a client gives them and Lintel adds to them. */
const samples: Record<string, Record<string, unknown>[]> = {
  reportRepair: [
    { propertyReference: '00000123', description: 'The tap drips.', urgency: 'ROUTINE' },
    { propertyReference: '00000123', description: 'The tap drips.', urgency: 'ROUTINE', preferredWindow: window },
    {
      propertyReference: '00000123',
      description: 'A flood.',
      urgency: 'EMERGENCY',
      reportedBy: '0000104-2',
      accessNotes: 'Ring.',
    },
    {
      propertyReference: '00000123',
      description: 'Mould.',
      urgency: 'ROUTINE',
      hazard: { type: 'DAMP_AND_MOULD', severity: 'SIGNIFICANT' },
    },
    { propertyReference: '00000123', description: 'A flood.', urgency: 'EMERGENCY', doneByHandAt: soon(-3) },
  ],
  bookAppointment: [
    { workOrderReference: '10001234', window },
    { receipt: 'R01', window, note: 'Ring.', propertyReference: '00000123' },
  ],
  moveAppointment: [{ workOrderReference: '10001234', window }],
  cancelAppointment: [{ workOrderReference: '10001234', reason: 'Away.' }],
  reportNoAccess: [{ workOrderReference: '10001234' }, { receipt: 'R01', at: soon(-1), note: 'Dark.' }],
  completeWorkOrder: [{ workOrderReference: '10001234' }, { receipt: 'R01', doneAt: soon(-1), note: 'Done.' }],
  takeEmergency: [{ receipt: 'R01', takenBy: 'Anna', note: 'On the way.' }],
  advanceHazard: [{ hazard: 'R01', step: 'INVESTIGATE', note: 'Wet.', awareAtMs: clock.now() }],
  updateContactDetails: [
    { personReference: '0000104-2', telephone: '01632 960123', email: 'a@example.org', preferredContact: 'SMS' },
  ],
  acceptOffer: [{ offerNumber: '12' }],
  applyForExchange: [{ legs: [leg('1-1', 'A', 'B'), leg('2-1', 'B', 'C'), leg('3-1', 'C', 'A')] }],
  completeExchange: [{ exchangeReference: 'MEX-2022-00071' }],
  placeBid: [{ applicationReference: 'APP/0012345', advertNumber: '7' }],
  enquireAboutMove: [{ personReference: '0000104-2', offerNumber: '12' }],
  answerMoveEnquiry: [{ enquiry: 'R01', answer: 'On Monday.' }],
  requestCallback: [{ telephone: '01632 960123', line: 'repairs', about: 'The tap.' }],
  startWelfareCampaign: [{ name: 'Week one', line: 'repairs', reasons: ['MOBILITY'] }],
  nextWelfareCalls: [{ campaign: 'R01', count: 3, takenBy: 'Anna' }],
  ringWelfareCall: [{ call: 'R01.abc', number: '+441632960123', line: 'repairs', personReference: '1-1' }],
  recordWelfareOutcome: [{ call: 'R01.abc', outcome: 'NEEDS_HELP', note: 'No heat.' }],
};

const declared = systems.flatMap((system) =>
  Object.entries(system.mutations ?? {}).map(([name, mutation]) => ({
    system,
    name,
    mutation: mutation as Mutation<unknown>,
  })),
);
const written = declared.flatMap(({ name, mutation }) =>
  (samples[name] ?? []).map((sample, index) => ({ name, index, mutation, sample })),
);

/** A sample as it is accepted. */
function checked({ mutation, sample }: { mutation: Mutation<unknown>; sample: unknown }): unknown {
  const input = mutation.check(sample, surroundings);
  expect(input).not.toHaveProperty('problems');
  return input;
}

/** Words that nobody would read out to a resident. */
const jargon = /\b(receipt|backend|queue|intake|API|timeout|null|undefined|server|database|wire|ID)\b|[{}<>]|_/;

const sdlOf = (name: string) => parts().find((part) => part.name === name)?.sdl ?? '';

describe('mutations', () => {
  it('are declared by the systems, each in the schema and each with an example here', () => {
    const ofStatus = buildSchema(sdlOf('status'), { assumeValidSDL: true }).getMutationType();
    const { apiSdl } = compose(parts());
    const fields = Object.keys(buildSchema(apiSdl).getMutationType()?.getFields() ?? {});
    const ours = fields.filter((field) => !ofStatus?.getFields()[field]);
    expect(declared.map(({ name }) => name).sort()).toEqual(ours.sort());
    expect(Object.keys(samples).sort()).toEqual(ours.sort());
  });

  it('that come through a channel can all say when they were received: a letter is older than what is written of it', () => {
    const { apiSdl } = compose(parts());
    const inputs = Object.values(buildSchema(apiSdl).getTypeMap()).filter(isInputObjectType);
    const channelled = inputs.filter((input) => input.getFields().channel);
    expect(channelled.length).toBeGreaterThan(10);
    for (const input of channelled) {
      expect(String(input.getFields().receivedAt?.type), input.name).toBe('DateTime');
    }
  });

  it.each(written)('$name ($index) is accepted, as JSON can say it, and is about something', (each) => {
    const input = checked(each);
    expect(JSON.parse(JSON.stringify(input))).toEqual(input);
    expect(each.mutation.entity(input)).not.toMatch(/null|undefined|^$/);
    for (const term of each.mutation.terms(input)) expect(term).toMatch(/^[a-zA-Z]+\n./);
  });

  it.each(written)('$name ($index) tells a resident how it stands in sentences that can be read out', (each) => {
    const sentences = each.mutation.sentences(checked(each)) as Partial<Record<ReceiptState, string>>;
    expect(Object.keys(sentences)).toEqual(expect.arrayContaining(['QUEUED', 'APPLIED']));
    const { whileDown } = each.mutation;
    const all = [...Object.values(sentences), ...(whileDown === 'QUEUE' ? [] : [whileDown.refuse])];
    for (const sentence of all) {
      expect(sentence).toMatch(/^[A-Z].*[.!?]$/);
      expect(sentence).not.toMatch(jargon);
      // Whether that works is not known here. A danger to life is told to 999, by anybody's telephone.
      expect(sentence).not.toMatch(/\b(ring|phone|call) us\b|\bby (tele)?phone\b/i);
      expect(sentence.length).toBeLessThan(320);
    }
  });

  it.each(written)('$name ($index) says in words what it says, with nothing missing in them', (each) => {
    for (const [name, value] of Object.entries(each.mutation.says(checked(each)))) {
      expect(`${name}: ${value}`).not.toMatch(/undefined|null|\[object/);
      expect(value).not.toBe('');
    }
  });

  it('take only steps that their system has, and clocks that there are', async () => {
    for (const { system, name, mutation } of declared) {
      const env = Object.fromEntries(
        Object.values(system.backends).map(({ variable }) => [`${variable}_URL`, 'http://127.0.0.1:1']),
      );
      const adapter = system.adapter(readConnections(system, env), clock);
      for (const sample of samples[name] ?? []) {
        const input = checked({ mutation, sample });
        for (const { kind, title } of mutation.steps(input)) {
          expect(Object.keys(adapter.steps ?? {}), `${name}: ${title}`).toContain(kind);
        }
        for (const rule of mutation.clocks?.(input) ?? []) expect(Object.keys(rules)).toContain(rule);
      }
      await adapter.close();
    }
  });

  // What one rings is Lintel's own word; legs have their own test, in the journey of David.
  it.each(declared.filter(({ name }) => !['ringWelfareCall', 'applyForExchange'].includes(name)))(
    '$name refuses whatever is wrong, and never breaks at it',
    ({ name, mutation }) => {
      const [sample = {}] = samples[name] ?? [];
      const texts = fc.oneof(
        fc.string(),
        fc.string({ unit: 'grapheme', maxLength: 3_000 }),
        fc.constant(null),
        fc.constant(undefined),
      );
      const changed = fc.dictionary(
        fc.constantFrom(...Object.keys(sample).filter((key) => typeof sample[key] === 'string')),
        texts,
      );
      fc.assert(
        fc.property(changed, (change) => {
          const outcome = mutation.check({ ...sample, ...change }, surroundings) as {
            problems?: { field: string; message: string }[];
          };
          for (const { field, message } of outcome.problems ?? []) {
            expect(field).toMatch(/^[a-zA-Z]+(\.\w+)*$/);
            // What was given is not said again: it may be anything, and anybody's.
            for (const value of Object.values(change)) {
              if (typeof value === 'string' && value.trim().length > 8) expect(message).not.toContain(value.trim());
            }
          }
          if (!outcome.problems) expect(JSON.stringify(outcome).length).toBeLessThan(4_000);
        }),
        { numRuns: 100 },
      );
    },
  );
});
