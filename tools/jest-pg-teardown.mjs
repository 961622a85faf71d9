// Jest's globalTeardown beside jest-pg-setup.mjs.
export default async function teardown() {
  await globalThis.erosTestServer?.stop();
}
