// Journey 5: vulnerable residents must be rung, and tenancies is down, and so is everything else. The list comes out of what is kept,
// those in most need first, with its age; it goes on after a restart, nobody is handed to two, and each outcome counts once.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Keeper, startKeeper } from '../keeper.ts';

const campaign = /* GraphQL */ `
  query Campaign($id: ID!) {
    welfareCampaign(id: $id) {
      state progress { total waiting taken done } oldestAsOf
      calls(first: 200) { edges { node { id need state reasons asOf attempts outcome person { personReference } } } totalCount }
    }
  }`;
const next = /* GraphQL */ `
  mutation Next($input: NextWelfareCallsInput!) {
    nextWelfareCalls(input: $input) { receipt { state } freeAgents calls { id name need telephoneNumbers takenBy } }
  }`;
const outcome = /* GraphQL */ `
  mutation Outcome($input: RecordWelfareOutcomeInput!) { recordWelfareOutcome(input: $input) { receipt { state } } }`;

interface Call {
  id: string;
  need: number;
  state: string;
}

describe('vulnerable residents are rung while everything is down', { timeout: 30_000 }, () => {
  let keeper: Keeper;
  let id: string;
  let vulnerable: string[];

  beforeAll(async () => {
    keeper = await startKeeper(300);
    // As each night: everything is kept.
    await keeper.lintel().walks.start('tenancies');
    const walk = '{ system(name: "tenancies") { keepWarm { state } } }';
    await keeper.until(walk, {}, ({ data }) => data.system.keepWarm?.state === 'DONE');
    await keeper.keeping().snapshots?.flush();
    const { members } = keeper.mocks.world;
    vulnerable = members.filter((each) => each.vulnerable).map(({ personRef }) => personRef);
    expect(vulnerable.length).toBeGreaterThan(20);
    await keeper.fall('tenancies', 'lettings', 'repairs', 'telephony');
  }, 60_000);
  afterAll(() => keeper.close());

  // biome-ignore lint/suspicious/noExplicitAny: an answer.
  const callsOf = (data: any): Call[] => data.welfareCampaign.calls.edges.map(({ node }: any) => node);
  const hand = (key: string, count: number, takenBy = 'Anna') =>
    keeper.ask(next, { input: { campaign: id, count, takenBy, idempotencyKey: key } });

  it('the list is everybody whom tenancies had told of as vulnerable, those in most need first, with its age', async () => {
    const started = await keeper.ask(
      'mutation($input: StartWelfareCampaignInput!) { startWelfareCampaign(input: $input) { receipt { id state } } }',
      { input: { name: 'Week one', line: 'repairs', idempotencyKey: 'welfare' } },
    );
    expect(started.errors).toEqual([]);
    id = started.data.startWelfareCampaign.receipt.id;
    const { data } = await keeper.until(campaign, { id }, (reply) => reply.data.welfareCampaign.state === 'CALLING');
    const { progress, oldestAsOf } = data.welfareCampaign;
    expect(progress).toEqual({ total: vulnerable.length, waiting: vulnerable.length, taken: 0, done: 0 });
    expect(Date.parse(oldestAsOf)).toBeLessThan(Date.now());
    const needs = callsOf(data).map(({ need }) => need);
    expect(needs).toEqual([...needs].sort((one, other) => other - one));
    const people = data.welfareCampaign.calls.edges.map(
      ({ node }: { node: { person: { personReference: string } } }) => node.person.personReference,
    );
    expect(new Set(people)).toEqual(new Set(vulnerable));
  });

  it('calls are handed out in that order, to one each; the same key gives the same, also after a restart', async () => {
    const listed = callsOf((await keeper.ask(campaign, { id })).data).map((call) => call.id);
    const [anna, ben] = await Promise.all([hand('anna-1', 3), hand('ben-1', 3, 'Ben')]);
    expect(anna.data.nextWelfareCalls.freeAgents).toBeNull();
    const handed = [...anna.data.nextWelfareCalls.calls, ...ben.data.nextWelfareCalls.calls].map(
      (call: Call) => call.id,
    );
    expect([...handed].sort()).toEqual(listed.slice(0, 6).sort());
    await keeper.restart();
    const again = await hand('anna-1', 3);
    expect(again.data.nextWelfareCalls.calls).toEqual(anna.data.nextWelfareCalls.calls);
    const { data } = await keeper.ask(campaign, { id });
    expect(data.welfareCampaign.progress).toMatchObject({ taken: 6, done: 0 });
  });

  it('an outcome counts once; who did not answer comes up again after the others, three times', async () => {
    const { data } = await hand('anna-1', 3);
    const [well, away] = data.nextWelfareCalls.calls as [Call, Call];
    const record = (call: Call, what: string, key: string) =>
      keeper.ask(outcome, { input: { call: call.id, outcome: what, idempotencyKey: key } });
    for (let time = 0; time < 2; time += 1) {
      const { errors } = await record(well, 'WELL', 'outcome-1');
      expect(errors).toEqual([]);
    }
    await record(away, 'NO_ANSWER', 'outcome-2');
    const after = (await keeper.ask(campaign, { id })).data;
    expect(after.welfareCampaign.progress).toMatchObject({ taken: 4, done: 1 });
    const calls = callsOf(after);
    expect(calls.find((call) => call.id === well.id)).toMatchObject({ state: 'DONE', outcome: 'WELL', attempts: 1 });
    // Behind all of those who have not been rung.
    expect(calls.findLast(({ state }) => state === 'WAITING')).toMatchObject({ id: away.id, outcome: 'NO_ANSWER' });
    await record(away, 'NO_ANSWER', 'outcome-3');
    await record(away, 'NO_ANSWER', 'outcome-4');
    const third = callsOf((await keeper.ask(campaign, { id })).data).find((call) => call.id === away.id);
    expect(third).toMatchObject({ state: 'DONE', attempts: 3 });
    const helpless = await record(well, 'NEEDS_HELP', 'outcome-5');
    expect(helpless.errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', fields: [{ field: 'note' }] } }]);
  });

  it('nobody is rung by the exchange while that is down; when it is back, no more are handed out than agents are free', async () => {
    const { data } = await hand('anna-1', 3);
    const call = data.nextWelfareCalls.calls.at(-1);
    // Until the circuit is open, a call may go out on a connection that is about to be cut.
    const lines = '{ lines { items { name } } system(name: "telephony") { backends { name circuit } } }';
    await keeper.until(lines, {}, (reply) => reply.data.system.backends[0].circuit === 'OPEN');
    const ring =
      'mutation($input: RingWelfareCallInput!) { ringWelfareCall(input: $input) { receipt { state message } } }';
    const down = await keeper.ask(ring, { input: { call: call.id, idempotencyKey: 'ring-1' } });
    expect(down.errors).toEqual([]);
    expect(down.data.ringWelfareCall.receipt).toMatchObject({
      state: 'REFUSED',
      message: expect.stringContaining('another telephone'),
    });
    await keeper.comeBack('telephony');
    await keeper.until('{ system(name: "telephony") { state } }', {}, (reply) => reply.data.system.state !== 'DOWN');
    let keys = 0;
    for (;;) {
      keys += 1;
      const { data: more } = await hand(`anna-many-${keys}`, 20);
      const { freeAgents, calls } = more.nextWelfareCalls;
      if (freeAgents === null) continue;
      expect(calls.length).toBeLessThanOrEqual(freeAgents);
      break;
    }
  });
});
