// What those who write have noted themselves: what they sent, in which order, what they were told. Kept outside of Lintel,
// so that Lintel's own ledger can be held against it.
import type { Write } from './sorts.ts';

/** A receipt as a client is told of it. */
export interface Told {
  id: string;
  state: string;
  message: string;
  steps: {
    title: string;
    backend: string;
    state: string;
    reference: string;
    attempts: number;
    message: string | null;
  }[];
}

/** One write. Instants are places in the order of everything that those who write have done and heard, from 1. */
export interface Note extends Omit<Write, 'input'> {
  /** Its idempotency key, and the mark by which its effects are known. */
  key: string;
  /** What is sent each time, but for the key. */
  input: Record<string, unknown>;
  sentAt: number;
  /** When its first acknowledgement came; null: none has. */
  toldAt: number | null;
  /** The receipt of each acknowledgement. */
  told: Told[];
  /** The code with which it was not accepted, for good. */
  refused: string | null;
  /** The codes of answers after which it was sent again. */
  refusals: string[];
  /** How often it was sent. */
  sent: number;
  /** A person has given their word on it. */
  settled: boolean;
}

/** The notes of one store's clients. */
export interface Notebook {
  readonly notes: readonly Note[];
  /** Notes a write that is about to be sent for the first time. */
  begin(write: Write): Note;
  /** Notes an acknowledgement. */
  told(note: Note, receipt: Told): void;
}

/** An empty one. Marks of two notebooks are never the same. */
export function openNotebook(name: string): Notebook {
  const notes: Note[] = [];
  let clock = 0;
  return {
    notes,
    begin(write) {
      const key = `${name}${String(notes.length + 1).padStart(4, '0')}`;
      clock += 1;
      const input = write.input(key);
      const note: Note = {
        ...write,
        key,
        input,
        sentAt: clock,
        toldAt: null,
        told: [],
        refused: null,
        refusals: [],
        sent: 0,
        settled: false,
      };
      notes.push(note);
      return note;
    },
    told(note, receipt) {
      clock += 1;
      note.toldAt ??= clock;
      note.told.push(receipt);
    },
  };
}
