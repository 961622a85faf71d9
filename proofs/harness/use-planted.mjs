// node --import: lets this process, and those it starts, import the planted packages instead of the built ones. Node loads
// the file twice: in the process to register it, and beside it as the resolver.
import { register } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { isMainThread } from 'node:worker_threads';

const folder = process.env.EROS_PLANTED_PACKAGES;
if (isMainThread) register(import.meta.url);

export function resolve(specifier, context, nextResolve) {
  const name = /^@eros\/(domain|adapters|app)$/.exec(specifier)?.[1];
  if (!name) return nextResolve(specifier, context);
  return { url: pathToFileURL(path.join(folder, `${name}.mjs`)).href, shortCircuit: true };
}
