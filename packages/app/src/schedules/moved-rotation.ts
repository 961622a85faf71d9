import type { SagaStore } from '@eros/domain';

/** Whether a plan ended since the rotation, or the week itself, was moved while it was composed. The journal tells it to everybody. */
export async function hasMetMovedRotation(sagaStore: Pick<SagaStore, 'find'>, sagaId: string): Promise<boolean> {
  const saga = await sagaStore.find(sagaId);
  return saga?.journal.some((event) => event.type === 'step_failed' && event.problem.code === 'stale_version') ?? false;
}
