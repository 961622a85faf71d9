import { DispatchUnavailableError } from '@eros/domain';

/** The library, which is installed beside the engine only by whoever wants it. */
export async function loadPgBoss(): Promise<typeof import('pg-boss')> {
  try {
    return await import('pg-boss');
  } catch (error) {
    throw new DispatchUnavailableError('pg-boss', 'install it beside the engine: npm install pg-boss@12', {
      cause: error,
    });
  }
}
