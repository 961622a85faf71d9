import { jestConfig } from '../../jest.preset.js';

export default {
  ...jestConfig('adapters'),
  globalSetup: '<rootDir>/../../tools/jest-pg-setup.mjs',
  globalTeardown: '<rootDir>/../../tools/jest-pg-teardown.mjs',
};
