// A disk of a test's own: a file system in a file, that can be filled to the last byte, and whose power can be cut. What was
// not on its way to the disk by then is gone, as after a real cut (the file system's own shutdown, as its authors test it);
// a disk's own volatile cache is not played.
import { execFileSync } from 'node:child_process';
import { chmodSync, closeSync, mkdirSync, mkdtempSync, openSync, rmSync, truncateSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** One disk. */
export interface TestDisk {
  /** Where it is mounted. */
  folder: string;
  /** Takes all the room that is left. */
  fill(): void;
  /** And gives it back. */
  free(): void;
  /** Cuts its power. From here on nothing can be written or read. */
  cut(): void;
  /** Mounts it again, once nobody uses it any more. */
  replug(): void;
  close(): void;
}

const quiet = { stdio: 'ignore' } as const;
/** EXT4_IOC_SHUTDOWN with EXT4_GOING_FLAGS_NOLOGFLUSH: neither data nor log is flushed. Perl, since Node knows no ioctl. */
const shutdown = 'open(F,"<",$ARGV[0]) or die; my $f=pack("L",2); ioctl(F,0x8004587d,$f) or die "ioctl: $!"';

/** Why there can be no such disk here, for a test that has to skip; null where there can. */
export function whyNoDisk(): string | null {
  try {
    openDisk(16).close();
    return null;
  } catch (error) {
    const why = `No disk of a test's own can be mounted (as root, with loop devices, ext4 and perl): ${(error as Error).message}`;
    if (process.env.CI) throw new Error(why);
    return why;
  }
}

/** Makes a disk of so many megabytes. */
export function openDisk(megabytes: number): TestDisk {
  const place = mkdtempSync(join(tmpdir(), 'lintel-disk-'));
  // PostgreSQL, which is another account, has to get in.
  chmodSync(place, 0o755);
  const image = join(place, 'image');
  const folder = join(place, 'disk');
  const filler = join(folder, 'filler');
  const mount = () => execFileSync('mount', ['-o', 'loop', image, folder], quiet);
  closeSync(openSync(image, 'w'));
  truncateSync(image, megabytes * 1024 * 1024);
  mkdirSync(folder);
  execFileSync('mkfs.ext4', ['-q', '-m', '0', image], quiet);
  mount();
  return {
    folder,
    fill() {
      const file = openSync(filler, 'a');
      for (const size of [1 << 20, 1 << 12, 1]) {
        const chunk = Buffer.alloc(size, 1);
        try {
          for (;;) writeSync(file, chunk);
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
        }
      }
      closeSync(file);
    },
    free: () => rmSync(filler),
    cut: () => void execFileSync('perl', ['-e', shutdown, folder]),
    replug() {
      execFileSync('umount', [folder], quiet);
      mount();
    },
    close() {
      execFileSync('umount', [folder], quiet);
      rmSync(place, { recursive: true });
    },
  };
}
