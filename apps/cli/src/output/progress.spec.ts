import { paceOf, startProgress } from './progress.js';

describe('paceOf', () => {
  it('tells the rate and what is left', () => {
    expect(paceOf(500, 2_000, 500, 2, 'rows')).toEqual({ rate: '250 rows/s', left: '6.0 s left' });
    expect(paceOf(1, 4, 1, 2, 'creators')).toEqual({ rate: '0.5 creators/s', left: '6.0 s left' });
  });

  it('counts rows for the rate and bytes for the rest', () => {
    expect(paceOf(1_000, 4_000, 20_000, 2, 'rows')).toEqual({ rate: '10,000 rows/s', left: '6.0 s left' });
  });

  it('says nothing of what is left before anything is done', () => {
    expect(paceOf(0, 4, 0, 2, 'rows')).toEqual({ rate: '0.0 rows/s', left: '' });
  });
});

it('shows nothing when stderr is no terminal', () => {
  const progress = startProgress({}, { label: 'import', total: 10, unit: 'rows' });
  progress.update(5);
  progress.stop();
});
