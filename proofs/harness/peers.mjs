import { circuitBreaker, CircuitState, ConsecutiveBreaker, handleAll } from 'cockatiel';
import Opossum from 'opossum';

const COCKATIEL_STATES = {
  [CircuitState.Closed]: 'closed',
  [CircuitState.Open]: 'open',
  [CircuitState.HalfOpen]: 'half_open',
  [CircuitState.Isolated]: 'isolated',
};

/**
 * The same breaker as others make it: opens after `failures`, tries again after `cooldownMs`. Each lives in one process; what
 * they are asked here they are asked as their manuals say.
 */
export const PEERS = {
  'opossum 9': ({ failures, cooldownMs, state }) => {
    const breaker = new Opossum((call) => call(), {
      timeout: false,
      resetTimeout: cooldownMs,
      volumeThreshold: failures,
      errorThresholdPercentage: 1,
      ...(state ? { state } : {}),
    });
    return {
      run: (call) => breaker.fire(call),
      state: () => (breaker.opened ? 'open' : breaker.halfOpen ? 'half_open' : 'closed'),
      exported: () => breaker.toJSON().state,
      end: () => breaker.shutdown(),
    };
  },
  'cockatiel 3.2': ({ failures, cooldownMs, state }) => {
    const policy = circuitBreaker(handleAll, {
      halfOpenAfter: cooldownMs,
      breaker: new ConsecutiveBreaker(failures),
      ...(state ? { initialState: state } : {}),
    });
    return {
      run: (call) => policy.execute(call),
      state: () => COCKATIEL_STATES[policy.state],
      exported: () => policy.toJSON(),
      isolate: () => policy.isolate(),
      end: () => undefined,
    };
  },
};

/** Does the probe on each peer and prints its row. A peer that throws has that for its row. */
export async function printPeers(proof, what, options, probe) {
  for (const [name, make] of Object.entries(PEERS)) {
    const peer = make(options);
    try {
      proof.note(`${name}: ${what}: ${await probe(peer, make)}`);
    } catch (error) {
      proof.note(`${name}: ${what}: ${error.message}`);
    } finally {
      peer.end();
    }
  }
}

/** A call that is out until it is told how to end. */
export function callOut(run) {
  const call = {};
  call.ended = run(
    () =>
      new Promise((resolve, reject) => {
        call.isOut = true;
        call.succeed = () => resolve('done');
        call.fail = () => reject(new Error('the service failed'));
      }),
  ).then(
    () => 'succeeded',
    (error) => (error.message === 'the service failed' ? 'failed' : 'refused'),
  );
  return call;
}

/** Opens a peer by its own rule. */
export async function openPeer({ run }, failures) {
  for (let i = 0; i < failures; i += 1)
    await run(() => Promise.reject(new Error('the service failed'))).catch(() => undefined);
}
