/** Every saga's row, by its id: what is asked again and again until it is so. */
export async function sagaRows(onlooker) {
  const rows = await onlooker.transaction((tx) =>
    tx.query('SELECT saga_id, status, stuck, owner, journal_length FROM saga_execution_log'),
  );
  return new Map(rows.map((row) => [row.saga_id, row]));
}

/** Sagas as they are stored: each one's view, the row that sums it up, and what its transactions left in `saga_marks`. */
export async function storedSagas(onlooker, ids) {
  const rows = await sagaRows(onlooker);
  const marks = await onlooker.transaction((tx) => tx.query('SELECT saga_id, what, made_by FROM saga_marks'));
  const found = new Map();
  for (const id of ids) {
    const view = await onlooker.sagas.get(id);
    if (view) found.set(id, { view, row: rows.get(id), marks: marks.filter(({ saga_id }) => saga_id === id) });
  }
  return found;
}

/** Whether nothing is left to do with the saga of this row. */
export const isOver = (row) => row !== undefined && ENDS.includes(row.status) && row.owner === null;
const ENDS = ['completed', 'failed', 'rolled_back'];

/** The steps of a definition from data, also those of groups. */
export const stepsOf = ({ steps }) => steps.flatMap((step) => step.parallel ?? [step]);

const seqOf = (timeline, isMeant) => timeline.find(isMeant)?.seq ?? Infinity;

/**
 * What a saga that has come to its end says and did that it should not have, one sentence each. It is judged by its own journal,
 * and by the lines of the ledger, which nothing rolls back.
 */
export function violationsOf({ definition, stored, lines }) {
  const { view, row, marks } = stored;
  const { timeline, sagaId } = view;
  const faults = [];
  const demand = (holds, fault) => void (holds || faults.push(fault));

  demand(row.status === view.status, `the row says ${row.status}, the journal ${view.status}`);
  demand(Number(row.journal_length) === timeline.length, `the row counts ${row.journal_length} entries`);
  timeline.forEach(({ seq }, i) => demand(seq === i + 1, `entry ${i + 1} has the number ${seq}`));
  const claims = timeline.filter(({ type }) => type === 'claimed');
  claims.forEach(({ epoch }, i) => demand(epoch === i + 1, `claim ${i + 1} has the epoch ${epoch}`));
  const once = timeline.filter(({ type }) =>
    /^(created|begun|completed|failed|rolled_back)$|_(started|ended)$/.test(type),
  );
  const told = once.map(({ type, step = '' }) => `${type} ${step}`);
  for (const each of new Set(told)) demand(told.filter((other) => other === each).length === 1, `${each} stands twice`);

  const keys = new Map();
  for (const { name, kind = 'effect', undo } of stepsOf(definition)) {
    for (const [what, start, ends, key] of [
      [name, 'step_started', ['step_ended', 'step_failed', 'step_aborted'], `${sagaId}:${name}`],
      [`undo ${name}`, 'undo_started', ['undo_ended', 'undo_failed'], `${sagaId}:${name}:undo`],
    ]) {
      const mine = lines.filter((line) => line.what === what);
      const of = (type) => timeline.filter((entry) => entry.type === type && entry.step === name);
      const startedAt = seqOf(timeline, ({ type, step }) => type === start && step === name);
      const endedAt = seqOf(timeline, ({ type, step }) => ends.includes(type) && step === name);
      const hasSucceeded = of(ends[0]).length > 0;
      demand(
        mine.every((line) => line.key === key),
        `${what} was given another key`,
      );
      for (const line of mine) keys.set(line.key, what);
      demand(mine.length === 0 || startedAt < Infinity, `${what} was done, but the journal does not say it began`);
      demand(!hasSucceeded || mine.length > 0, `${what} has ended and was never done`);
      // A transaction that the database rolls back is tried again as the same try.
      const isBehind = (fence, before) => (kind === 'effect' ? fence > before : fence >= before);
      demand(
        mine.every(({ fence }, nth) => nth === 0 || isBehind(fence, mine[nth - 1].fence)),
        `the fences of ${what} do not rise: ${mine.map(({ fence }) => fence)}`,
      );
      demand(
        mine.every(({ fence }) => fence < endedAt),
        `${what} was done again when it had ended`,
      );
      const taken = claims.filter(({ seq }) => seq > startedAt && seq < endedAt).length;
      const tries = of(start.replace('started', 'tried')).length + 1 + taken;
      if (kind === 'effect') demand(mine.length <= tries, `${what} was done ${mine.length} times in ${tries} tries`);
      const made = marks.filter((mark) => mark.what === what).length;
      const due = kind === 'transaction' && hasSucceeded ? 1 : 0;
      demand(made === due, `${what} has left ${made} rows, not ${due}`);
    }
    if (!undo) demand(!lines.some(({ what }) => what === `undo ${name}`), `${name} was undone without an undo`);
  }

  const isUndo = ({ what }) => what.startsWith('undo ');
  if (timeline.some(({ type }) => type === 'compensation_started')) {
    const ended = new Set(timeline.filter(({ type }) => type === 'step_ended').map(({ step }) => step));
    const owed = timeline
      .filter(({ type }) => type === 'step_started')
      .map(({ step }) => stepsOf(definition).find(({ name }) => name === step))
      .filter(({ name, kind, undo }) => undo && (kind !== 'transaction' || ended.has(name)))
      .map(({ name }) => name)
      .reverse();
    const begun = timeline.filter(({ type }) => type === 'undo_started').map(({ step }) => step);
    demand(String(begun) === String(owed), `undone in the order ${begun}, not ${owed}`);
    const first = [...new Set(lines.filter(isUndo).map(({ what }) => what.slice('undo '.length)))];
    demand(String(first) === String(owed), `the world saw the undos ${first}, not ${owed}`);
    const from = lines.findIndex(isUndo);
    demand(from === -1 || lines.slice(from).every(isUndo), 'a step was done when undoing had begun');
  } else demand(!lines.some(isUndo), 'something was undone, though the saga went forward');
  return faults;
}
