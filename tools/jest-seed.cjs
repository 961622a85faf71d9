// Every property test of a run uses one seed: fixed by default, EROS_SEED=N to repeat one, EROS_SEED=random to look further.
const fc = require('fast-check');

fc.configureGlobal({
  seed: Number(process.env.EROS_RUN_SEED),
  // With a planted bug it is enough to know that it was caught: the smallest example of it is of no use.
  endOnFailure: process.env.EROS_PLANTED !== undefined,
});
