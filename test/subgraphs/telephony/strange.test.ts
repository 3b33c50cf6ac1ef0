// The telephone wires as strangers may build them: what their descriptions leave open, answered in another way than usual.
import { describe, expect, it } from 'vitest';
import { actions, ajax, run } from './wire.ts';

describe('queue_log', () => {
  it('gives an event once, though its line ends in another way when it is fetched again', async () => {
    const endings = ['|1\n', '|1|\n', '|1||\n'];
    let fetched = 0;
    const { value } = await run(undefined, () => `1656316800|7.1|repairs|NONE|ENTERQUEUE||0770${endings[fetched++]}`);
    for (const _ of endings) expect(await value('queueEventsOfCall', '7.1')).toHaveLength(1);
    expect(fetched).toBe(endings.length);
  });
});

describe('a login to the manager interface', () => {
  it.each(['Authentication failed', 'Login incorrect', 'Bad password', 'Permission denied'])(
    'that is refused in the words "%s" is not tried again',
    async (message) => {
      const { error, board } = await run(() => ajax(`response='Error' message='${message}'`));
      for (let i = 0; i < 3; i++) expect((await error('lines', '')).extensions).toMatchObject({ retryable: false });
      expect(actions(board)).toEqual(['Login']);
    },
  );
});
