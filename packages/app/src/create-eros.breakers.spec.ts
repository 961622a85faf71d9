import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ContainerModule } from 'inversify';
import { bindings } from './bindings.js';
import { createEros } from './create-eros.js';

const database = { type: 'sqlite', path: ':memory:' } as const;
const fail = () => Promise.reject(new Error('broken'));
const fine = async () => 'fine';

describe('the breakers of an engine', () => {
  it("go by the machine's time, also while that of planning stands still", async () => {
    let nowMs = Date.now();
    const modules = [
      new ContainerModule(({ rebind }) => {
        rebind(bindings.processClock).toConstantValue({ nowMs: () => nowMs });
      }),
    ];
    const breakers = { pay: { quorum: 2, failureThreshold: 2, cooldownMs: 200, successThreshold: 1 } };
    const clock = { nowMs: () => Date.UTC(2026, 0, 5) };
    await using eros = await createEros({ database, clock, modules, breakers });
    for (let i = 0; i < 2; i += 1) await expect(eros.breakers.run('pay', fail)).rejects.toThrow('broken');
    nowMs += 199;
    await expect(eros.breakers.run('pay', fine)).rejects.toMatchObject({ code: 'circuit_open' });
    nowMs += 1;
    expect(await eros.breakers.run('pay', fine)).toBe('fine');
    expect(await eros.breakers.run('pay', fine)).toBe('fine');
  });

  it('that let nothing out without their database let a call out inside a transaction of it', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'eros-breakers-'));
    const file = { type: 'sqlite', path: path.join(folder, 'eros.db') } as const;
    await using eros = await createEros({ database: file, breakers: { pay: { onStoreDown: 'refuse' } } });
    const running = eros.transaction(async (tx) => {
      await tx.query('CREATE TABLE notes (text TEXT)');
      return eros.breakers.run('pay', fine);
    });
    expect(await running).toBe('fine');
    await eros.close();
    rmSync(folder, { recursive: true });
  });
});
