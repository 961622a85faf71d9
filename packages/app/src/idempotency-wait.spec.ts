import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { openEngine } from './testing/open-engine.js';

const BUNDLE = path.join(__dirname, '../dist/bundle.js');

/** A bare script: nothing of its own keeps it alive while it waits. */
const script = (file: string): string => `
  const { createEros } = await import(${JSON.stringify(BUNDLE)});
  const eros = await createEros({ database: { type: 'sqlite', path: ${JSON.stringify(file)} }, leaseMs: 1_000 });
  const { value } = await eros.idempotency.run('work', {}, async () => 'done', { key: 'k', onRunning: 'wait' });
  console.log(value);
  await eros.close();`;

it('stays awake while it waits for the claim of a process that is gone', async () => {
  const { eros, file, close } = await openEngine({ leaseMs: 1_000 });
  let release: () => void = () => undefined;
  const held = new Promise<void>((resume) => (release = resume));
  let claimed: () => void = () => undefined;
  const started = new Promise<void>((resume) => (claimed = resume));
  const first = eros.idempotency.run('work', {}, async () => (claimed(), held.then(() => 'first')), { key: 'k' });
  await started;
  const other = promisify(execFile)(process.execPath, ['--input-type=module', '-e', script(file)]);
  setTimeout(release, 2_000);
  expect((await other).stdout).toBe('first\n');
  await first;
  await close();
});
