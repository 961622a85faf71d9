import { DatabaseUnavailableError, type DatabaseFault } from '@eros/domain';
import { LastingFailures } from './lasting-failures.js';

const unavailable = (fault: DatabaseFault) => new DatabaseUnavailableError(fault, 'eros.db');

let nowMs: number;
let failures: LastingFailures;
beforeEach(() => {
  nowMs = 1_000;
  failures = new LastingFailures({ sweepMs: 1_000, leaseMs: 8_000 }, () => nowMs);
});

/** Meets the error once a second, for so long. */
const meet = (error: unknown, forMs: number): void => {
  for (const endMs = nowMs + forMs; nowMs <= endMs; nowMs += 1_000) failures.met(error);
};

it.each<DatabaseFault>(['disk_full', 'io_error', 'read_only', 'corrupt', 'permission_denied'])(
  'leave no hope when nothing could be written for 20 s: %s',
  (fault) => {
    meet(unavailable(fault), 19_999);
    expect(() => failures.assertHopeful()).not.toThrow();
    failures.met(unavailable(fault));
    expect(() => failures.assertHopeful()).toThrow(expect.objectContaining({ code: 'database_unavailable', fault }));
  },
);

it('leave none either when what fails is tried once a lease', () => {
  for (const atMs of [0, 9_000, 18_000, 27_000]) {
    expect(() => failures.assertHopeful()).not.toThrow();
    nowMs = atMs;
    failures.met(unavailable('disk_full'));
  }
  expect(() => failures.assertHopeful()).toThrow('the disk is full');
});

it.each([
  ['passes by itself', unavailable('locked')],
  ['is not about the database', new Error('no')],
])('leave hope while what is met %s', (_, error) => {
  meet(error, 600_000);
  expect(() => failures.assertHopeful()).not.toThrow();
});

it('are forgotten when a saga comes to rest', () => {
  meet(unavailable('disk_full'), 15_000);
  failures.forget();
  meet(unavailable('disk_full'), 15_000);
  expect(() => failures.assertHopeful()).not.toThrow();
});

it('do not last while nothing is met: somebody else may be at work', () => {
  meet(unavailable('disk_full'), 5_000);
  nowMs += 60_000;
  expect(() => failures.assertHopeful()).not.toThrow();
});

it('last longer than two leases', () => {
  expect(new LastingFailures({ sweepMs: 100, leaseMs: 8_000 }).lastingMs).toBe(16_000);
});
