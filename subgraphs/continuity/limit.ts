// A time limit for whoever asks a store that may hang. Whoever is let go is answered at once; and while many questions
// hang, no more are asked: they would only pile up.
import type { Clock } from './clock.ts';
import { StoreFailed } from './errors.ts';

/** So many questions that hang are a store that hangs. */
const mostHanging = 10;

/** Limits each question to so many ms. It throws where there is no answer in time; the question itself runs on. */
export function createLimit(clock: Clock) {
  let hanging = 0;
  return function limited<Answer>(limitMs: number, ask: () => Promise<Answer>): Promise<Answer> {
    if (hanging >= mostHanging) return Promise.reject(new StoreFailed('The store hangs.'));
    return new Promise((resolve, reject) => {
      let late = false;
      const cancel = clock.after(limitMs, () => {
        late = true;
        hanging += 1;
        reject(new StoreFailed(`The store has not answered within ${limitMs} ms.`));
      });
      const settled = () => {
        cancel();
        if (late) hanging -= 1;
      };
      ask().then(
        (answer) => {
          settled();
          resolve(answer);
        },
        (error: unknown) => {
          settled();
          reject(error);
        },
      );
    });
  };
}
