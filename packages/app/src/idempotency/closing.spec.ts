import { IdempotentWorld, settle } from '../testing/idempotent-world.js';

const LEASE_MS = 30_000;

/** A work that ends when the test says so, and heeds its signal or not. */
function work({ heedsSignal = true } = {}) {
  let finish: (value: string) => void = () => undefined;
  const told: { signal?: AbortSignal; runs: number } = { runs: 0 };
  const run = ({ signal }: { signal: AbortSignal }) => {
    told.signal = signal;
    told.runs += 1;
    return new Promise<string>((resolve, reject) => {
      finish = resolve;
      if (heedsSignal) signal.addEventListener('abort', () => reject(signal.reason));
    });
  };
  return { run, told, finish: (value: string) => finish(value) };
}

describe('closing while idempotent works run', () => {
  let world: IdempotentWorld;
  let time: IdempotentWorld['time'];
  beforeEach(() => {
    world = new IdempotentWorld();
    ({ time } = world);
  });
  afterEach(() => world.database.close());

  it('lets them end in time, and stores their ends', async () => {
    const { idempotency } = world.openProcess();
    const { run, told, finish } = work();
    const running = idempotency.run('plan', {}, run);
    await settle();
    const closing = idempotency.close({ timeoutMs: 5_000 });
    await time.pass(4_999);
    expect(told.signal?.aborted).toBe(false);
    finish('done');
    await closing;
    expect(await running).toMatchObject({ value: 'done' });
    expect(time.pending).toBe(0);
    expect(await world.openProcess().idempotency.run('plan', {}, run)).toMatchObject({ value: 'done', replayed: true });
  });

  it('tells those that take longer to end, waits until they have, and hands their claims back', async () => {
    const { idempotency } = world.openProcess();
    const { run, told } = work();
    const ended = expect(idempotency.run('plan', {}, run)).rejects.toMatchObject({ name: 'AbortError' });
    await settle();
    const closing = idempotency.close({ timeoutMs: 5_000 });
    await time.pass(5_000);
    await ended;
    await closing;
    expect([told.signal?.aborted, time.pending]).toEqual([true, 0]);
    expect(await world.openProcess().idempotency.run('plan', {}, async () => 3)).toMatchObject({ value: 3 });
  });

  it('keeps their claims alive for as long as it waits for them', async () => {
    const { idempotency } = world.openProcess();
    const { run, told, finish } = work({ heedsSignal: false });
    const running = idempotency.run('plan', {}, run);
    await settle();
    const closing = idempotency.close({ timeoutMs: Infinity });
    await time.pass(5 * LEASE_MS);
    const other = world.openProcess().idempotency.run('plan', {}, run);
    await expect(other).rejects.toMatchObject({ code: 'operation_in_progress' });
    finish('done');
    await closing;
    expect([await running, told.runs]).toMatchObject([{ value: 'done' }, 1]);
  });

  it('also of those that were told to end and go on, until it gives them up', async () => {
    const { idempotency } = world.openProcess({ leaseMs: 300, transactionTimeoutMs: 50 });
    const { run } = work({ heedsSignal: false });
    void idempotency.run('plan', {}, run);
    await settle();
    let isClosed = false;
    const closing = idempotency.close({ timeoutMs: 0 }).then(() => (isClosed = true));
    const other = world.openProcess({ leaseMs: 300, transactionTimeoutMs: 50 }).idempotency;
    await time.pass(999);
    await expect(other.run('plan', {}, async () => 2)).rejects.toMatchObject({ code: 'operation_in_progress' });
    expect(isClosed).toBe(false);
    await time.pass(1);
    await closing;
    expect(world.warnings).toEqual(['closing while idempotent work still runs, which has not ended when told to']);
    expect(time.pending).toBe(0);
    await time.pass(300);
    expect(await other.run('plan', {}, async () => 2)).toMatchObject({ value: 2 });
  });

  it('refuses new calls before they claim anything, and wakes those that wait', async () => {
    const { idempotency } = world.openProcess();
    const { run, finish } = work();
    const running = idempotency.run('plan', {}, run);
    await settle();
    const waiting = idempotency.run('plan', {}, run, { onRunning: 'wait' });
    const woken = expect(waiting).rejects.toMatchObject({ code: 'operation_in_progress' });
    await settle();
    const closing = idempotency.close({ timeoutMs: 5_000 });
    await woken;
    await expect(idempotency.run('late', {}, run)).rejects.toMatchObject({ code: 'engine_closed' });
    await expect(idempotency.run('plan', {}, run)).rejects.toMatchObject({ code: 'engine_closed' });
    finish('done');
    await closing;
    expect(await running).toMatchObject({ value: 'done' });
    expect(await idempotency.lookup('late', 'k')).toBeUndefined();
  });

  it('lets a work in hand run others inside, until it is told to end', async () => {
    const { idempotency } = world.openProcess();
    let go: () => void = () => undefined;
    const gone = new Promise<void>((resume) => (go = resume));
    const running = idempotency.run('outer', {}, async () => {
      await gone;
      const { value } = await idempotency.run('inner', {}, async () => 'in');
      return value;
    });
    await settle();
    const closing = idempotency.close({ timeoutMs: 5_000 });
    go();
    await closing;
    expect(await running).toMatchObject({ value: 'in' });
  });

  it('waits for a claim that is on its way, and begins no work when that is granted after the time', async () => {
    const { idempotency, store } = world.openProcess();
    const { run, told } = work();
    store.holdBack = 'claim';
    const late = expect(idempotency.run('plan', {}, run)).rejects.toMatchObject({ code: 'engine_closed' });
    await settle();
    const closing = idempotency.close({ timeoutMs: 100 });
    await time.pass(200);
    store.answer();
    await late;
    await closing;
    expect([told.runs, time.pending]).toEqual([0, 0]);
    expect(await world.openProcess().idempotency.run('plan', {}, async () => 3)).toMatchObject({ value: 3 });
  });
});
