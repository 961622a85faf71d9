import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const PROOF = path.join(__dirname, '../../../proofs/plan-kill.proof.mjs');
const prove = async (...args: string[]): Promise<string> => (await run(process.execPath, [PROOF, ...args])).stdout;

/** The proof itself is a program; it works on the built packages, as users do. */
describe('a planning process killed with SIGKILL', () => {
  it('leaves a whole week or none at 20 random moments, and the next run finishes it', async () => {
    expect(await prove('--kills', '20')).toContain('20 passed, 0 failed');
  }, 300_000);

  it.each(['half_week', 'lost_prediction', 'lost_slots'])('would be noticed if it left a %s', async (mutilation) => {
    await expect(prove('--kills', '1', '--mutilate', mutilation)).rejects.toMatchObject({
      stdout: expect.stringContaining('0 passed, 1 failed'),
    });
  });
});
