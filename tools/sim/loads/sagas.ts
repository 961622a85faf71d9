import type { Chance } from '../chance.js';
import type { Engine } from '../engine.js';
import { doing, type Act } from './load.js';
import { definitionFor } from './saga-steps.js';

export const CREATOR_IDS = ['creator-1', 'creator-2'];
/** How many sagas a world has: several clients start the same one. */
const SAGAS_MAX = 10;

const saga = (engine: Engine, number: number) => {
  const { definitions } = engine.world.outside;
  const definition = definitions[number % definitions.length];
  if (!definition) throw new Error('bug: a world without definitions');
  const request = { creatorId: CREATOR_IDS[number % 2] as string, sagaId: `saga/${number}`, input: { number } };
  return { defined: engine.sagas.define(definitionFor(engine, definition)), request };
};

/** Clients that start sagas, wait for them, look at them, and revive what is stuck. */
export const sagas: Act = async (engine, chance) => {
  const number = chance.between(1, SAGAS_MAX);
  const { defined, request } = saga(engine, number);
  const { sagaId } = request;
  switch (chance.weighted({ run: 33, start: 33, inTransaction: 12, operate: 18, look: 4 })) {
    case 'run':
      return doing(engine, `run ${sagaId}`, () => defined.run(request));
    case 'start':
      return doing(engine, `start ${sagaId}`, async () => (await defined.start(request)).sagaId);
    case 'inTransaction':
      return doing(engine, `start ${sagaId} in a transaction`, () => startInside(engine, number, chance));
    case 'operate':
      return operate(engine, sagaId, chance);
    case 'look':
      return doing(engine, `look at ${sagaId}`, async () => (await engine.sagas.get(sagaId))?.status ?? 'none');
  }
};

const WHY = { by: 'operator', reason: 'as it happens' };

/** Operators do whatever comes to their mind, to sagas in any state. */
function operate(engine: Engine, sagaId: string, chance: Chance): Promise<void> {
  const step = `step-${chance.between(1, 5)}`;
  const { sagas: service } = engine;
  const act = chance.weighted({ revive: 30, retry: 20, skip: 10, cancel: 20, rollBack: 20 });
  return doing(engine, `${act} ${sagaId} ${step}`, () => {
    switch (act) {
      case 'revive':
        return service.revive(sagaId, WHY);
      case 'retry':
        return service.retryStep(sagaId, step, WHY);
      case 'skip':
        return service.skipStep(sagaId, step, WHY);
      case 'cancel':
        return service.cancel(sagaId, WHY);
      case 'rollBack':
        return service.rollBack(sagaId, WHY);
    }
  });
}

/** With a write of the caller's: both are there in the end, or none. */
async function startInside(engine: Engine, number: number, chance: Chance): Promise<string> {
  const { defined, request } = saga(engine, number);
  const what = `order of ${request.sagaId} ${engine.world.nextId('order')}`;
  const isKept = chance.happens(0.7);
  await engine.connection.transaction(async (transaction) => {
    await engine.stores.effects.add({ what, value: request.sagaId }, transaction);
    await defined.start({ ...request, transaction });
    if (!isKept) throw new DOMException('the caller thinks better of it', 'AbortError');
  });
  return what;
}
