import { until } from './until.js';

it('waits for what is wanted, and no longer', async () => {
  let looks = 0;
  expect(
    await until(
      () => (looks += 1),
      (count) => count >= 3,
    ),
  ).toBe(3);
  expect(looks).toBe(3);
});

it('says what it found last when that does not come', async () => {
  const waiting = until(
    () => Promise.resolve({ status: 'completed' }),
    ({ status }) => status === 'rolled_back',
    60,
  );
  await expect(waiting).rejects.toThrow('waited 60 ms in vain; found last: {"status":"completed"}');
});
