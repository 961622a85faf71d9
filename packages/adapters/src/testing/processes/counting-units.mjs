const pause = () => new Promise((resume) => setTimeout(resume, Math.random() * 2));

/** One unit: reads both counters, waits, writes them back and appends to the log. Every third is rolled back. */
async function unit(database, name, index) {
  const isRolledBack = index % 3 === 0;
  await database.transaction(async (tx) => {
    const session = database.on(tx);
    const [row] = await session.all('SELECT total, version FROM counters WHERE id = 1');
    if (index % 4 === 0) await pause();
    const total = row.total + index;
    await session.run('UPDATE counters SET total = ?, version = ? WHERE id = 1', [total, row.version + 1]);
    await session.run('INSERT INTO log (unit, amount, total, version) VALUES (?, ?, ?, ?)', [
      `${name} ${index}`,
      index,
      total,
      row.version + 1,
    ]);
    if (isRolledBack) throw new Error('rolled back');
  });
}

/** Waits until each of so many processes has a row in the log: whatever is written from then on was written beside them. */
async function everybodyHasBegun(database, processCount) {
  for (;;) {
    const [row] = await database.on().all('SELECT COUNT(DISTINCT substr(unit, 1, 1)) AS names FROM log');
    if (row.names === processCount) return;
    await new Promise((resume) => setTimeout(resume, 5));
  }
}

/**
 * Runs the units in two halves, each all at once, and tells which were committed and what else went wrong. The second half
 * waits for the other processes, as a lock that nobody queues for may go to one of them again and again.
 */
export async function runUnits(database, name, count, processCount) {
  const run = (from, to) => Array.from({ length: to - from }, (_, index) => unit(database, name, from + index));
  const half = Math.floor(count / 2);
  const settled = await Promise.allSettled(run(0, half));
  await everybodyHasBegun(database, processCount);
  settled.push(...(await Promise.allSettled(run(half, count))));
  const committed = [];
  const rolledBack = [];
  const errors = [];
  for (const [index, { status, reason }] of settled.entries()) {
    if (status === 'fulfilled') committed.push(`${name} ${index}`);
    else if (reason.message === 'rolled back') rolledBack.push(`${name} ${index}`);
    else errors.push(String(reason));
  }
  return { committed, rolledBack, errors };
}
