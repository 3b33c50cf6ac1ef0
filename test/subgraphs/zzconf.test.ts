import { phoneNumber } from '../../subgraphs/continuity/dirt.ts';
import { lettings } from '../../subgraphs/lettings/index.ts';
import { repairs } from '../../subgraphs/repairs/index.ts';
import { telephony } from '../../subgraphs/telephony/index.ts';
import { tenancies } from '../../subgraphs/tenancies/index.ts';
import { conforms } from './conformance.ts';

conforms(tenancies, async ({ cast, memberByRef }) => {
  const { katy, david, properties } = cast;
  const household = katy.personReference.replace(/-\d+$/, '');
  const surname = memberByRef.get(katy.personReference)?.surname ?? '';
  return {
    property: { there: properties, missing: 'NOWHERE' },
    tenancy: { there: [katy.tenancyReference, david.tenancyReference], missing: '999999/99' },
    tenanciesOfProperty: { there: properties, missing: 'NOWHERE' },
    tenanciesOfPerson: { there: [katy.personReference, david.personReference], missing: '9999999-1' },
    person: { there: [katy.personReference, david.personReference], missing: '9999999-1' },
    household: { there: [household], missing: '9999999' },
    people: { there: [{ surname, postcode: '', startRow: 0, maxRows: 20 }] },
    rentStatement: { there: [{ tenancyReference: katy.tenancyReference, from: '2026-07-01', to: '2026-08-31' }] },
    contactLog: { there: [] },
    changedSince: { there: [{ entity: 'PROPERTY', since: '2000-01-01T00:00:00Z', afterKey: '', maxRows: 10 }] },
  };
});
conforms(lettings, async ({ cast, applications, offers, exchanges }) => {
  const { katy, david } = cast;
  return {
    application: { there: applications.slice(0, 100).map(({ appRef }) => appRef), missing: 'APP/9999999' },
    applicationsOfPerson: { there: [katy.personReference], missing: '9999999-1' },
    offer: { there: [katy.offerNumber, ...offers.map(({ offerNo }) => offerNo)].slice(0, 100), missing: '9999999' },
    offersOfApplication: {
      there: [offers.find(({ offerNo }) => offerNo === katy.offerNumber)?.appRef],
      missing: 'APP/9999999',
    },
    mutualExchange: { there: exchanges.slice(0, 100).map(({ exchRef }) => exchRef), missing: 'MEX-1999-99999' },
    exchangesOfPerson: { there: [david.personReference], missing: '9999999-1' },
    adverts: { there: [{ offset: 0, limit: 10 }] },
    changes: { there: [{ since: '2000-01-01T00:00:00Z', offset: 0 }] },
  };
});

conforms(repairs, async ({ cast, today }, look) => {
  const there = cast.properties.map((propertyReference) => ({ propertyReference, includeClosed: false }));
  const [order] = await look('repairsOfProperty', {
    propertyReference: cast.katy.propertyReference,
    includeClosed: false,
  });
  const { reference, description, priorityCode, tradeCode } = order;
  const to = Temporal.PlainDate.from(today).add({ days: 7 }).toString();
  const contractor = await look('workOrdersOfContractor', { contractorReference: 'H09', offset: 0, first: 50 });
  const slots = {
    reference,
    from: today,
    to,
    contractorReference: 'H09',
    propertyReference: cast.katy.propertyReference,
    description,
    priorityCode,
    target: `${to}T12:00:00`,
    items: [],
    tradeCode,
  };
  const raised = contractor.items.find(
    ({ externalReference }: { externalReference: string | null }) => externalReference,
  );
  return {
    workOrder: { there: [reference], missing: '99999999' },
    repairsOfProperty: { there, missing: { propertyReference: 'NOWHERE', includeClosed: true } },
    workOrdersOfContractor: { there: [{ contractorReference: 'H09', offset: 0, first: 10 }] },
    workOrderByExternalReference: { there: [raised?.externalReference], missing: 'NOBODYS' },
    workOrderChanges: { there: [{ since: '2000-01-01T00:00:00Z' }] },
    appointment: { there: [reference], missing: '99999999' },
    availableSlots: { there: [slots] },
  };
});
conforms(telephony, async ({ cast, memberByRef }, look) => {
  const number = phoneNumber(memberByRef.get(cast.katy.personReference)?.telephone) ?? '';
  const lines = await look('lines', '');
  const busy = lines.find(({ waitingCallers }: { waitingCallers: number }) => waitingCallers > 0)?.name;
  const { items } = await look('callsSince', { since: '2026-08-20', offset: 0, first: 200 });
  const queued = [];
  for (const { callId } of items) if ((await look('queueEventsOfCall', callId)).length) queued.push(callId);
  return {
    lines: { there: [''] },
    waitingOfLine: { there: [busy], missing: 'no-such-line' },
    liveCalls: { there: [''] },
    callsOfNumber: { there: [number], missing: '+447700900999' },
    callsSince: { there: [{ since: '2026-08-20', offset: 0, first: 10 }] },
    queueEventsOfCall: { there: queued.slice(0, 3), missing: '1.1' },
  };
});
