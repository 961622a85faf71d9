import { allowed, breaches, type Net } from './boundaries/breaches.js';
import {
  cruise,
  eslintNet,
  eslintOnTree,
  plant,
  root,
  SmallRepository,
  typecheck,
  type Catch,
} from './boundaries/nets.js';

const nothing = new Map();

describe('the boundaries of the layers', () => {
  describe('hold in the tree as it stands', () => {
    it('for ESLint', () => expect(eslintOnTree()).toEqual(nothing));
    it('for dependency-cruiser', () => expect(cruise(root)).toEqual(nothing));
    it('for the compiler, with no surroundings in the domain', () =>
      expect(typecheck(root, 'packages/domain')).toEqual(nothing));
  });

  describe('are seen to fail', () => {
    const planted = breaches.map(plant);
    const harmless = allowed.map((line, nth) => plant(line, breaches.length + nth));
    let nets: Record<Net, Catch>;

    beforeAll(() => {
      const small = new SmallRepository();
      try {
        small.plant([...planted, ...harmless]);
        nets = {
          eslint: eslintNet([...planted, ...harmless]),
          'dependency-cruiser': small.dependencyCruiserNet(),
          types: small.typesNet(),
        };
      } finally {
        small.remove();
      }
    });
    const seenBy = (file: string) => (Object.keys(nets) as Net[]).filter((net) => nets[net].has(file));

    it.each(breaches.map((breach, nth) => ({ ...breach, nth })))('$layer: $code', ({ nth, seenBy: expected }) => {
      expect(expected).not.toHaveLength(0);
      expect(seenBy(planted[nth]?.file ?? '')).toEqual(expected);
    });

    it.each(allowed.map((line, nth) => ({ ...line, nth })))('but not by $layer: $code', ({ nth }) => {
      expect(seenBy(harmless[nth]?.file ?? '')).toEqual([]);
    });
  });
});
