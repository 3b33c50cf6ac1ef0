// What the sandbox opens with: of each journey, what can be asked today. Knows the schema's words and, in the demo, who
// lives there; whoever has no demo finds placeholders.

/** References of the journeys' people, as the mocks tell them. */
export interface Cast {
  katy: { personReference: string; tenancyReference: string; propertyReference: string; offerNumber: string };
  david: { personReference: string; tenancyReference: string; propertyReference: string; exchangeReference: string };
}

/** A tab of the sandbox. */
export interface Example {
  query: string;
  /** JSON. */
  variables: string;
}

/** A contractor that works in the made-up estate; no secret, and no person. */
const contractor = 'H09';

/** Where there is no demo: what to put in, by the pattern that references have. */
const nobody: Cast = {
  katy: {
    personReference: 'a person, e.g. 0000104-2',
    tenancyReference: 'a tenancy, e.g. 000017/01',
    propertyReference: 'a property, e.g. 00001017',
    offerNumber: 'an offer, e.g. 0040002',
  },
  david: {
    personReference: 'a person, e.g. 0000104-2',
    tenancyReference: 'a tenancy, e.g. 000017/01',
    propertyReference: 'a property, e.g. 00001017',
    exchangeReference: 'an exchange, e.g. MEX-2022-00071',
  },
};

function example(query: string, variables: Readonly<Record<string, unknown>>): Example {
  return { query: `${query.trim()}\n`, variables: JSON.stringify(variables, null, 2) };
}

/** Where nothing is known of the graph. */
export const blank: Example = example('# The schema is behind the book at the left.\n{ __typename }', {});

/** One operation for each journey, in the order of the journeys. */
export function examples(cast: Cast | null): Example[] {
  const { katy, david } = cast ?? nobody;
  return [
    example(
      `
# 1. Katy waits for a move date.
# Her page needs four systems: break
# one of them, and run this again.
query KatyWaits($person: ID!) {
  person(personReference: $person) {
    name
    applications {
      items {
        band
        offers {
          items { status contractStatus viewingAt plannedMoveDate actualMoveDate }
          provenance { system source asOf }
        }
      }
    }
    tenancies {
      items {
        property {
          address
          repairs {
            items { description appointment { window { start } confirmed } }
            provenance { system source asOf }
          }
        }
      }
    }
    calls {
      items { startedAt disposition }
      provenance { system source asOf }
    }
  }
}`,
      { person: katy.personReference },
    ),
    example(
      `
# 2. David's exchange is agreed.
# Who moves where, and when must it be decided?
query DavidsExchange($exchange: ID!) {
  mutualExchange(exchangeReference: $exchange) {
    status
    appliedOn
    decisionDueOn
    legs { agreed person { name } from { address } to { address } }
    provenance { system source asOf }
  }
}`,
      { exchange: david.exchangeReference },
    ),
    example(
      `
# 3. A ceiling comes down on a Sunday night.
# Break repairs, and report it all the same;
# mend repairs, and ask for the receipt by its id.
mutation CeilingDown($input: ReportRepairInput!) {
  reportRepair(input: $input) {
    receipt {
      id
      state
      message
      deadlines { stepName dueAt }
      made { id description }
    }
  }
}`,
      {
        input: {
          propertyReference: david.propertyReference,
          description: 'The ceiling of the bedroom has come down.',
          urgency: 'EMERGENCY',
          channel: 'PHONE',
          hazard: { type: 'STRUCTURAL', severity: 'EMERGENCY' },
          // Sent again as it stands, it is the same report.
          idempotencyKey: 'ceiling-1',
        },
      },
    ),
    example(
      `
# 4. The scheduler is down, work orders are up.
# Break repairs.scheduler: jobs stay, their
# appointments say that it cannot be asked.
query SchedulerDown($property: ID!) {
  property(propertyReference: $property) {
    repairs {
      items {
        reference
        description
        status
        appointment { window { start end } confirmed status provenance { system source asOf } }
      }
      provenance { system source asOf }
    }
  }
  systems { name state backends { name state circuit cause } }
}`,
      { property: katy.propertyReference },
    ),
    example(
      `
# 5. Ten thousand vulnerable residents must be rung.
# What should whoever rings this one know?
query WhoToRing($person: ID!) {
  person(personReference: $person) {
    name
    alerts { type code }
    telephoneNumbers
    telephoneAsRecorded
    preferredContact
    calls {
      items { startedAt toNumber disposition talkSeconds }
      provenance { system source asOf }
    }
    provenance { system source asOf }
  }
}`,
      { person: katy.personReference },
    ),
    example(
      `
# 6. A backup four days old is restored.
# Which changes of contact details were written?
query BackupRestored($person: ID!) {
  person(personReference: $person) {
    name
    telephoneNumbers
    email
    contactLog {
      items { loggedAt type externalReference }
      provenance { system source asOf }
    }
  }
}`,
      { person: david.personReference },
    ),
    example(
      `
# 7. A contractor reads its work orders.
# For the next page, give endCursor as $after.
query ContractorsJobs($contractor: ID!, $after: String) {
  workOrders(contractorReference: $contractor, first: 5, after: $after) {
    edges {
      node { reference description priority status targetAt property { address } }
    }
    pageInfo { hasNextPage endCursor }
    provenance { system source asOf }
  }
}`,
      { contractor, after: null },
    ),
    example(
      `
# 8. Everything is down.
# This still answers: it asks no legacy system.
query EverythingDown {
  systems {
    name
    state
    since
    backends { name state circuit cause }
  }
}`,
      {},
    ),
  ];
}
