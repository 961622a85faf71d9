import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
export const EXAMPLE = fileURLToPath(new URL('../../../../examples/agency-export', import.meta.url));

/** The lines that do not fit 100 columns. */
export const tooLong = (text: string): string[] => text.split('\n').filter((line) => [...line].length > 100);

export interface Ended {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Holds a run to what is promised of every run: no stack trace unless asked for. */
export function wellBehaved(ended: Ended): Ended {
  expect(ended.stderr).not.toMatch(/\n\s+at /);
  expect(ended.stdout).not.toMatch(/\n\s+at /);
  return ended;
}

export interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
}

/** A folder of its own, and the built program run in it as a process. */
export class Workshop {
  readonly folder = mkdtempSync(path.join(tmpdir(), 'eros-cli-'));

  file(name: string): string {
    return path.join(this.folder, name);
  }

  start(args: readonly string[]): Running {
    const child = spawn(process.execPath, [MAIN, ...args], {
      cwd: this.folder,
      env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: undefined },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    const ended = new Promise<Ended>((resolve, reject) => {
      const stdout: Buffer[] = [];
      const stderr: Buffer[] = [];
      child.stdout.on('data', (data: Buffer) => stdout.push(data));
      child.stderr.on('data', (data: Buffer) => stderr.push(data));
      child.on('error', reject);
      child.on('close', (exitCode) =>
        resolve({ exitCode, stdout: Buffer.concat(stdout).toString(), stderr: Buffer.concat(stderr).toString() }),
      );
    });
    return { child, ended };
  }

  /** Waits until a process has written this much to a database, as it soon does: nothing else tells from outside how far it is. */
  async written(bytes: number, database = 'eros.db'): Promise<void> {
    const journal = this.file(`${database}-wal`);
    const sizeNow = (): number => statSync(journal, { throwIfNoEntry: false })?.size ?? 0;
    const endsAtMs = performance.now() + 60_000;
    while (sizeNow() < bytes && performance.now() < endsAtMs) await pause(5);
    if (sizeNow() < bytes) throw new Error(`waited in vain for ${bytes} bytes: ${journal} has ${sizeNow()}`);
  }

  /** Runs to the end, with nothing on stdin. */
  run(...args: string[]): Promise<Ended> {
    return this.give('', ...args);
  }

  /** Runs to the end with this on stdin. */
  async give(stdin: string, ...args: string[]): Promise<Ended> {
    const { child, ended } = this.start(args);
    child.stdin?.end(stdin);
    return ended;
  }

  /** Runs with `--json` and reads the document. Anything else on stdout makes it fail. */
  async json<T>(...args: string[]): Promise<{ exitCode: number | null; data: T }> {
    const { exitCode, stdout } = await this.run(...args, '--json');
    return { exitCode, data: JSON.parse(stdout) as T };
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** For a block of specs: a workshop in whose database the example agency is imported, and well-behaved runs in it. */
export function exampleWorkshop() {
  const workshop = new Workshop();
  const run = async (...args: string[]) => wellBehaved(await workshop.run(...args));
  beforeAll(async () => {
    for (const kind of ['creators', 'captions', 'messages'])
      await run('import', kind, path.join(EXAMPLE, `${kind}.csv`));
  });
  afterAll(() => workshop.remove());
  return { workshop, run };
}
