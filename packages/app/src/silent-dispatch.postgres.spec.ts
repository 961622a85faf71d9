import { spawn } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { freezableProxy } from '../../../tools/freezable-proxy.mjs';
import { createTestDatabase, templateDatabase } from './testing/postgres.js';

const BUNDLE = path.join(__dirname, '../dist/bundle.js');

it('keeps no process alive behind its close when PostgreSQL is silent, also by connections that are of pg-boss', async () => {
  const { url, drop } = await createTestDatabase({ template: await templateDatabase() });
  const proxy = await freezableProxy(url);
  const database = JSON.stringify({ type: 'postgres', url: proxy.url });

  const host = `
    const { createEros } = await import(${JSON.stringify(BUNDLE)});
    const eros = await createEros({ database: ${database}, workers: { dispatch: 'pg-boss' }, transactionTimeoutMs: 1000 });
    await eros.start();
    process.stdin.once('data', async () => {
      process.stdin.destroy();
      await eros.close({ timeoutMs: 500 });
      console.log('closed');
    });
    console.log('ready');`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', host], { stdio: ['pipe', 'pipe', 'inherit'] });
  try {
    const told = createInterface(child.stdout)[Symbol.asyncIterator]();
    expect((await told.next()).value).toBe('ready');
    proxy.freeze();
    child.stdin.write('close\n');
    expect((await told.next()).value).toBe('closed');
    const left = new Promise((resolve) => child.once('exit', resolve));
    const late = new Promise((resolve) => setTimeout(resolve, 12_000, 'still there').unref());
    expect(await Promise.race([left, late])).toBe(0);
  } finally {
    child.kill('SIGKILL');
    await proxy.close();
    await drop();
  }
});
