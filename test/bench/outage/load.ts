// An open load: each request is sent at its time, whatever came of those before it, and what it takes is counted from
// that time on. A load that waits for its answers would hide how long others wait (coordinated omission).
import { Pool } from 'undici';
import type { Answer, Reply, Stream } from './streams.ts';

/** One request. `atMs`: when it was due, ms since 1970. */
export interface Shot {
  stream: string;
  atMs: number;
  tookMs: number;
  answer: Answer;
}

/** A load that runs. */
export interface Load {
  /** Every request that has ended, in no order. */
  readonly shots: readonly Shot[];
  /** Sends no more, and waits for those that are under way. Asked again, the same. */
  stop(): Promise<void>;
}

/** Longer than any contestant's own limits, in ms: then it is no answer. */
const longestMs = 10_000;

const nowMs = () => performance.timeOrigin + performance.now();

/** Starts to load an endpoint. `onShot` is told of each request that has ended. */
export function startLoad(url: string, streams: readonly Stream[], onShot: (shot: Shot) => void = () => {}): Load {
  // A connection for each that may be waiting: none waits for another here.
  const pool = new Pool(url, { connections: 2_048, pipelining: 1 });
  const shots: Shot[] = [];
  const underWay = new Set<Promise<void>>();
  const startMs = nowMs();
  const turns = streams.map(() => 0);
  // Streams begin one after the other within a second, so that not all fall due in the same millisecond.
  const dueMs = (index: number) =>
    startMs + ((index * 7) % 10) + ((turns[index] as number) * 1_000) / (streams[index] as Stream).perSecond;

  async function shoot(stream: Stream, turn: number, atMs: number): Promise<void> {
    let answer: Answer = 'NONE';
    try {
      const reply = await pool.request({
        method: 'POST',
        path: '/graphql',
        headers: { 'content-type': 'application/json' },
        body: stream.body(turn),
        signal: AbortSignal.timeout(longestMs),
      });
      answer = stream.answerOf((await reply.body.json()) as Reply, turn);
    } catch {
      // No answer is an outcome, and is counted as one.
    }
    const shot = { stream: stream.name, atMs, tookMs: nowMs() - atMs, answer };
    shots.push(shot);
    onShot(shot);
  }

  function sendDue(): void {
    for (const [index, stream] of streams.entries()) {
      for (let atMs = dueMs(index); atMs <= nowMs(); atMs = dueMs(index)) {
        const turn = turns[index] as number;
        turns[index] = turn + 1;
        const shot = shoot(stream, turn, atMs).finally(() => underWay.delete(shot));
        underWay.add(shot);
      }
    }
    timer = setTimeout(sendDue, Math.max(0, Math.min(...streams.map((_, index) => dueMs(index))) - nowMs()));
  }

  async function end(): Promise<void> {
    clearTimeout(timer);
    await Promise.all(underWay);
    await pool.close();
  }

  let timer = setTimeout(sendDue, 0);
  let ended: Promise<void> | null = null;
  return {
    shots,
    stop() {
      ended ??= end();
      return ended;
    },
  };
}
