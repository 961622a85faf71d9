import type { Migrator, SqlDatabase } from '@eros/adapters';
import { describeChange } from '@eros/adapters';
import { isUnhealthyBreaker, readThrown, textOfThrown } from '@eros/domain';
import type { HealthCheck } from './api.js';
import { describeUnhealthy } from './breaker/describe-unhealthy.js';
import { orTimeout, type Schedule } from './breaker/schedule.js';
import type { Eros } from './eros.js';

/** Whoever asks for health wants to know soon, also that nobody answers. */
const ANSWER_MS = 5_000;

/** Looks whether the engine can do its work. Every check tells what was found, and what to do when it is not well. */
export async function checkHealth(
  database: Pick<SqlDatabase, 'on'>,
  migrator: Pick<Migrator, 'status'>,
  { breakers, sagas }: Pick<Eros, 'breakers' | 'sagas'>,
  schedule: Schedule,
): Promise<{ ok: boolean; checks: HealthCheck[] }> {
  const check = async (name: string, look: () => Promise<Omit<HealthCheck, 'name'>>): Promise<HealthCheck> => {
    try {
      return { name, ...(await orTimeout(look(), ANSWER_MS, schedule)) };
    } catch (error) {
      return { name, ok: false, detail: textOfThrown(readThrown(error, 'message') ?? error) };
    }
  };
  const checks = await Promise.all([
    check('database', async () => {
      await database.on().all('SELECT 1 AS one');
      return { ok: true, detail: 'answers' };
    }),
    check('schema', async () => {
      const { pending, databaseVersion } = await migrator.status();
      if (pending.length === 0) return { ok: true, detail: `version ${databaseVersion}, nothing pending` };
      return { ok: false, detail: `${pending.map(describeChange).join(', ')}: run \`eros db migrate\`` };
    }),
    check('breakers', async () => {
      const unhealthy = (await breakers.health()).filter(isUnhealthyBreaker);
      if (unhealthy.length === 0) return { ok: true, detail: 'none open, none failing' };
      return { ok: false, detail: describeUnhealthy(unhealthy) };
    }),
    check('sagas', async () => {
      const { items, unreadable = [] } = await sagas.list({ stuck: true, limit: 10 });
      const unclaimed = (await sagas.unclaimed()).map(({ name, version, count }) => `${count} of ${name} ${version}`);
      // Another process may have these definitions, as while a new release is rolled out: no fault of this one.
      const others = unclaimed.length === 0 ? '' : `; not defined here, so unclaimed: ${unclaimed.join(', ')}`;
      const ids = items.map(({ sagaId }) => sagaId).join(', ');
      const advice = 'see `eros sagas show ID`, mend the cause, then retry or skip the step, or revive';
      const parked = items.length === 0 ? 'none parked' : `parked: ${ids}: ${advice}`;
      const detail = [...unreadable.map(({ problem }) => problem), `${parked}${others}`].join('; ');
      return { ok: items.length + unreadable.length === 0, detail };
    }),
  ]);
  return { ok: checks.every(({ ok }) => ok), checks };
}
