// What the exchange is asked to do: ring somebody, over its mock and over answers written here.
import { describe, expect, it } from 'vitest';
import { telephony } from '../../../subgraphs/telephony/index.ts';
import { stepsConform } from '../writes.ts';

stepsConform(telephony, {
  originate: {
    operation: 'originate',
    change: ({ read }) => ({
      input: { number: '+447700900123', line: 'repairs' },
      times: async (reference) =>
        (await read('liveCalls', '')).filter(({ callId }: { callId: string }) => callId === reference).length,
    }),
  },
});
