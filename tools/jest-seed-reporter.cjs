// Prints the seed of the run's property tests, so that a failure can be repeated.
module.exports = class SeedReporter {
  onRunComplete() {
    process.stderr.write(`property tests ran with EROS_SEED=${process.env.EROS_RUN_SEED}\n`);
  }
};
