// npm run proofs:idem [-- --procs 4 --calls 100 --lease-ms 4000 --skew-ms 300000 --only I1,I3 --db sqlite,pg --seed 1]
// Processes that share a database run the same operations, are killed and stopped in the middle of them, and disagree about
// the time by minutes. What the work did to the outside world stands in a ledger, a plain file; what it did to the database
// in a table. The names of the checks are those of docs/reference/idempotency.md.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { countOf, pause, until } from './harness/fleet.mjs';
import { prove } from './harness/proof.mjs';
import { withEngine } from './harness/stored.mjs';

const FLAGS = { procs: 4, calls: 100, 'lease-ms': 4_000, 'skew-ms': 300_000, db: 'sqlite,pg', only: 'all' };

await prove('idem', FLAGS, async (proof) => {
  const { procs, calls, 'lease-ms': leaseMs, 'skew-ms': skewMs } = proof.flags;
  const { check, equal } = proof;

  await proof.eachDatabase(async ({ kind, option: database }) => {
    const ledgerFile = path.join(proof.folder, `ledger-${kind}`);
    writeFileSync(ledgerFile, '');
    await withEngine(database, (eros) =>
      eros.transaction((tx) => tx.query('CREATE TABLE payouts (request TEXT NOT NULL, made_by TEXT NOT NULL)')),
    );

    const only = proof.flags.only.split(',');
    const wants = (...names) => only.some((name) => name === 'all' || names.includes(name));
    let opened = 0;
    /** A process whose clocks are ahead by `skewMs` or behind by it, in turn. */
    const open = async () => {
      opened += 1;
      const clockAheadMs = opened % 2 === 0 ? skewMs : -skewMs;
      const worker = await proof.spawn('idempotency.mjs', { env: { PROCESS_CLOCK_AHEAD_MS: String(clockAheadMs) } });
      const node = `node-${opened}`;
      await worker.ask('open', { database, leaseMs, clockAheadMs, node, ledgerFile });
      return Object.assign(worker, { node });
    };
    const effects = (key) =>
      readFileSync(ledgerFile, 'utf8')
        .split('\n')
        .map((line) => line.split('\t'))
        .filter(([name]) => name === key)
        .map(([, fence, by]) => ({ fence: Number(fence), by }));
    const payouts = (key) =>
      withEngine(database, async (eros) =>
        (await eros.transaction((tx) => tx.query(`SELECT made_by FROM payouts WHERE request = '${key}'`))).map(
          (row) => row.made_by,
        ),
      );
    const rising = (executions) => executions.every(({ fence }, nth) => nth === 0 || fence > executions[nth - 1].fence);
    /** Calls until it is not told that the operation is running; how long that took. */
    const untilRun = (worker, key, call) =>
      until(
        () => worker.ask('run', key, call),
        ({ code }) => code !== 'operation_in_progress',
        10 * leaseMs,
      );

    const fleet = await Promise.all(Array.from({ length: procs }, open));
    const [ann, bob] = fleet;
    const everybody = async (key, call) =>
      (await Promise.all(fleet.map((worker) => worker.ask('many', key, calls, call)))).flat();

    if (wants('I1', 'I12', 'I14')) {
      const first = await everybody('first', { way: 'transaction', takesMs: 50 });
      const refused = countOf(first, ({ code }) => code === 'operation_in_progress');
      const replayed = countOf(first, (end) => end.replayed === true);
      equal(`I1: ${calls} first calls in each of ${procs} processes run once`, effects('first').length, 1);
      equal(
        'I1: one caller ran it, all others were told so',
        { ran: countOf(first, (end) => end.replayed === false), others: refused + replayed },
        { ran: 1, others: procs * calls - 1 },
      );
      equal('I12: its row was written once, with the result', (await payouts('first')).length, 1);
      const again = await everybody('first', {});
      check(
        'I14: everybody is told the result of the one who ran it, and that it is a replay',
        again.every(({ replayed: isReplay, value }) => isReplay === true && value.by === effects('first')[0].by),
      );
      const waited = await everybody('waited', { onRunning: 'wait', takesMs: 50 });
      equal(
        'I1: whoever waits gets the one result',
        [new Set(waited.map(({ value }) => value?.by)).size, effects('waited').length],
        [1, 1],
      );
    }

    if (wants('I5', 'I8', 'I9', 'I11', 'I13')) {
      await ann.ask('run', 'asked');
      const other = await bob.ask('run', 'asked', { params: { usd: 6 } });
      check(
        'I5: other parameters under the same key are refused, with both hashes',
        other.code === 'idempotency_mismatch' && other.storedHash !== other.givenHash,
        other.code,
      );
      const order = await bob.ask('run', 'order', { params: { a: 1, b: [{ c: 2, d: 3 }] } });
      const reordered = await ann.ask('run', 'order', { params: { b: [{ d: 3, c: 2 }], a: 1 } });
      equal('I5: the order of members does not matter', [order.replayed, reordered.replayed], [false, true]);
      await ann.ask('run', 'declined', { failure: 'terminal' });
      const declined = await bob.ask('run', 'declined');
      equal(
        'I8: a terminal error is told again, with name and code',
        [declined.error, declined.code, effects('declined').length],
        ['StoredOperationError', 'card_declined', 1],
      );
      await ann.ask('run', 'ours', { failure: 'ours' });
      const ours = await bob.ask('run', 'ours');
      equal(
        'I8: one of our own comes back as its class',
        [ours.error, ours.code, ours.isOurs],
        ['InvalidSettingsError', 'invalid_settings', true],
      );
      await ann.ask('run', 'transient', { failure: 'transient' });
      equal(
        'I8: after a transient one the next caller runs at once',
        (await bob.ask('run', 'transient')).replayed,
        false,
      );
      check('I8: under a higher fence', rising(effects('transient')), effects('transient'));
      const huge = await ann.ask('run', 'huge', { way: 'transaction', result: 'huge' });
      equal(
        'I9: a result over 1 MB is refused, and its transaction rolled back',
        [huge.code, await payouts('huge')],
        ['invalid_result', []],
      );
      equal(
        'I9: the effect is not lost in silence: the refusal is what everybody is told',
        [(await bob.ask('run', 'huge')).code, effects('huge').length],
        ['invalid_result', 1],
      );
      equal(
        'I13: another operation with the same key is another request',
        (await bob.ask('run', 'asked', { operation: 'refund' })).replayed,
        false,
      );
      const nested = await ann.ask('nested', 'nested');
      equal('I11: a call of its own key is refused, not waited for', nested.value, 'nested_operation');
      equal(
        'I12: no run inside a transaction of the caller',
        (await ann.ask('insideTransaction', 'inside')).code,
        'nested_transaction',
      );
    }

    if (wants('I6')) {
      await ann.ask('run', 'expiring', { ttlMs: 300 });
      await pause(400);
      const renewed = await everybody('expiring', { params: { usd: 7 }, takesMs: 50 });
      const codes = [...new Set(renewed.map(({ code }) => code ?? 'none'))];
      proof.note(`I6: what the callers were told: ${codes.join(', ')}`);
      equal(
        'I6: one of all callers replaces an expired result',
        countOf(renewed, (end) => end.replayed === false),
        1,
      );
      // On a machine so busy that an owner cannot renew its lease in time, another one runs: a whole lease later, and the
      // first is told that its claim is gone. The fences are the instants of the claims.
      const [, ...runs] = effects('expiring');
      const lost = countOf(renewed, ({ code }) => code === 'stale_claim');
      check(
        'I6: nobody else ran, but whoever took over from an owner that had lost its lease',
        runs.length === 1 + lost && runs.every(({ fence }, nth) => nth === 0 || fence - runs[nth - 1].fence >= leaseMs),
        runs,
      );
    }

    if (wants('I4')) {
      const slow = ann.ask('run', 'slow', { takesMs: 2.5 * leaseMs });
      await until(
        () => effects('slow').length,
        (count) => count === 1,
      );
      const { answer: afterwards } = await untilRun(bob, 'slow');
      equal(
        'I4: a claim is renewed while its owner lives',
        [(await slow).replayed, afterwards.replayed, effects('slow').length],
        [false, true, 1],
      );
    }

    if (wants('I2', 'I10', 'I12')) {
      const points = ['before the effect', 'after the effect', 'after the record'];
      for (const way of ['returned', 'transaction']) {
        for (const point of way === 'returned' ? points : [...points, 'inside the transaction']) {
          const key = `killed ${point}, ${way}`;
          const victim = await open();
          const lost = victim.ask('run', key, { id: 'victim', point, way }).catch(() => 'gone');
          await victim.said('at');
          const killedAt = performance.now();
          await victim.kill();
          await lost;
          const isRecorded = point === 'after the record';
          const { answer } = await untilRun(bob, key, { way });
          const tookMs = performance.now() - killedAt;
          const found = effects(key);
          equal(
            `I2: killed ${point} (${way}): the next caller ${isRecorded ? 'is told the result' : 'runs'}`,
            answer.replayed,
            isRecorded,
          );
          equal(
            `I2: killed ${point} (${way}): effects`,
            found.length,
            ['after the effect', 'inside the transaction'].includes(point) ? 2 : 1,
          );
          check(`I2: killed ${point} (${way}): fences rise`, rising(found), found);
          if (way === 'transaction') equal(`I12: killed ${point}: rows written`, (await payouts(key)).length, 1);
          if (!isRecorded)
            check(
              `I10: nobody takes over before the lease is over, whatever its clock says`,
              tookMs > leaseMs / 2 && tookMs < skewMs,
              `${tookMs.toFixed(0)} ms after the kill, lease ${leaseMs} ms`,
            );
        }
      }
    }

    if (wants('I3', 'I12')) {
      for (const way of ['returned', 'transaction']) {
        const key = `stopped, ${way}`;
        const late = await open();
        const itsEnd = late.ask('run', key, { id: 'late', point: 'after the effect', way });
        await late.said('at');
        late.pause();
        const { answer } = await untilRun(bob, key, { way });
        late.resume();
        await late.ask('go', 'late');
        const end = await itsEnd;
        equal(
          `I3: the save of an owner that was stopped past its lease (${way}) is refused, and it is told so`,
          [end.code, end.fence],
          ['stale_claim', effects(key)[0].fence],
        );
        equal(
          `I3: what is stored is the other's (${way})`,
          [answer.replayed, (await ann.ask('lookup', key))?.value?.by],
          [false, bob.node],
        );
        if (way === 'transaction') equal('I3: the late owner has written no row', await payouts(key), [bob.node]);
        check(`I3: fences rise (${way})`, rising(effects(key)), effects(key));
      }
    }

    if (wants('I7')) {
      const running = ann.ask('run', 'kept', { id: 'kept', point: 'after the effect' });
      await ann.said('at');
      equal(
        'I7: a live claim is removed by nobody',
        [await bob.ask('forget', 'kept'), (await bob.ask('lookup', 'kept'))?.isLive],
        [false, true],
      );
      await ann.ask('go', 'kept');
      equal('I7: and its result is stored', (await running).replayed, false);
    }

    proof.note(`${readFileSync(ledgerFile, 'utf8').trim().split('\n').length} effects, ${opened} processes`);
  });
});
