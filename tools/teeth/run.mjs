// npm run teeth [-- FILTER ...] [-- FLAGS]: plants each bug of tools/teeth/planted and of proofs/planted, one at a time, and
// runs the tests, or the proof, that must catch it. A FILTER is a part of a list's name or of a bug's id;
// --proofs plants only for proofs. A test that fails anyway catches nothing, so they all run once without any bug first;
// --tested leaves that out, for those who have just run them. --sample N plants only N of them, spread over the lists;
// --from K takes others for another K.
// Ends with `planted N, caught N, missed N`; fails unless every bug is caught.
import { parseArgs } from 'node:util';
import { runWith, soundRuns } from './catchers.mjs';
import { problemsOf, readBugs } from './plant.cjs';

const PARALLEL = 2;

const { positionals, values: flags } = parseArgs({
  allowPositionals: true,
  options: {
    tested: { type: 'boolean' },
    proofs: { type: 'boolean' },
    sample: { type: 'string' },
    from: { type: 'string', default: '0' },
  },
});
const isWanted = ({ id, list, proof }) =>
  (!flags.proofs || proof) && (positionals.length === 0 || positionals.some((part) => `${list} ${id}`.includes(part)));
const bugs = sampleOf(readBugs().filter(isWanted));
if (bugs.length === 0) stop([`no planted bug matches "${positionals.join(' ')}"`]);
const problems = problemsOf(bugs);
if (problems.length > 0) stop(problems);

console.log(`${bugs.length} bugs to plant`);
if (!flags.tested) await demandSoundTests();

let done = 0;
const missed = (
  await mapInParallel(bugs, async (bug) => {
    const { verdict, output, seconds } = await runWith(bug);
    const isCaught = verdict === 'red' || verdict === 'hung';
    done += 1;
    const progress = `${String(done).padStart(String(bugs.length).length)}/${bugs.length}`;
    const how = verdict === 'hung' ? ' (the tests never ended)' : '';
    console.log(
      `${progress}  ${isCaught ? 'caught' : 'MISSED'}  ${bug.id}  ${seconds.toFixed(1)} s  ${bug.breaks}${how}`,
    );
    if (!isCaught) console.log(indent(output.slice(-2_000)));
    return isCaught ? [] : [bug];
  })
).flat();

for (const { id, list, spec, proof } of missed) console.log(`missed: ${id} (${list}) by ${spec ?? proof}`);
console.log(`planted ${bugs.length}, caught ${bugs.length - missed.length}, missed ${missed.length}`);
process.exit(missed.length === 0 ? 0 : 1);

function sampleOf(all) {
  if (flags.sample === undefined) return all;
  const [count, from] = [flags.sample, flags.from].map(Number);
  if (!Number.isInteger(count) || count < 1 || !Number.isInteger(from) || from < 0)
    stop([`--sample ${flags.sample} --from ${flags.from}: give whole numbers, a sample of 1 or more`]);
  const step = Math.max(1, Math.floor(all.length / count));
  return all.filter((_, nth) => nth % step === from % step).slice(0, count);
}

async function demandSoundTests() {
  const ends = await mapInParallel(soundRuns(bugs), async ({ name, run }) => ({ name, ...(await run()) }));
  const failing = ends.filter(({ verdict }) => verdict !== 'green');
  const told = ({ name, output }) => `${name} fails without any planted bug:\n${output.replace(/^PASS .*\n/gm, '')}`;
  if (failing.length > 0) stop(failing.map(told));
  console.log('their tests pass without any');
}

async function mapInParallel(items, work) {
  const results = [];
  const queue = items.entries();
  const worker = async () => {
    for (const [index, item] of queue) results[index] = await work(item);
  };
  await Promise.all(Array.from({ length: PARALLEL }, worker));
  return results;
}

function indent(text) {
  return text.replace(/^/gm, '    ');
}

function stop(reasons) {
  for (const reason of reasons) console.error(reason);
  process.exit(1);
}
