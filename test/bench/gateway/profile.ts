// Where a process has spent its time, out of the profile that Node wrote of it. Knows no gateway.
import { readFileSync } from 'node:fs';

interface Profile {
  nodes: { id: number; callFrame: { functionName: string; url: string; lineNumber: number } }[];
  samples: number[];
  /** Microseconds since the sample before. */
  timeDeltas: number[];
}

/** A place, and its share of the time that the process was not idle. */
export interface Share {
  name: string;
  share: number;
}

/** Time by function and by whose it is, the most first. What came before `fromMs` is left out: compiling and warming up. */
export function readProfile(file: string, fromMs: number): { functions: Share[]; owners: Share[] } {
  const { nodes, samples, timeDeltas } = JSON.parse(readFileSync(file, 'utf8')) as Profile;
  const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]));
  const [functions, owners] = [new Map<string, number>(), new Map<string, number>()];
  let [sinceUs, total] = [0, 0];
  const add = (to: Map<string, number>, name: string, us: number) => to.set(name, (to.get(name) ?? 0) + us);
  for (const [index, id] of samples.entries()) {
    const us = timeDeltas[index] ?? 0;
    sinceUs += us;
    const frame = frames.get(id);
    if (!frame || sinceUs < fromMs * 1_000 || frame.functionName === '(idle)') continue;
    total += us;
    const place = placeOf(frame.url);
    add(functions, `${frame.functionName || '(anonymous)'}${place && ` ${place}:${frame.lineNumber + 1}`}`, us);
    add(owners, ownerOf(place, frame.functionName), us);
  }
  const shares = (from: Map<string, number>) =>
    [...from].map(([name, us]): Share => ({ name, share: us / total })).sort((a, b) => b.share - a.share);
  return { functions: shares(functions), owners: shares(owners) };
}

/** A file without the folders that it is in by chance. */
function placeOf(url: string): string {
  return url.replace(/^.*\/node_modules\//, '').replace(/^file:.*\/(?=(gateway|subgraphs|schema)\/)/, './');
}

function ownerOf(place: string, functionName: string): string {
  if (functionName === '(garbage collector)') return 'collecting garbage';
  if (place.startsWith('./')) return `Lintel: ${place.split('/').slice(1, -1).join('/')}`;
  if (place.startsWith('node:') || place === '') return 'Node';
  return place
    .split('/')
    .slice(0, place.startsWith('@') ? 2 : 1)
    .join('/');
}
