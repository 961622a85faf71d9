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

/** Runs the units all at once and tells which were committed and what else went wrong. */
export async function runUnits(database, name, count) {
  const settled = await Promise.allSettled(Array.from({ length: count }, (_, index) => unit(database, name, index)));
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
