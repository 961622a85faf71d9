// The public face of @eros/app as text: every name it exports, with its declaration, and every type of ours that these
// declarations name without its being exported. Reads what was built.
// node tools/api-surface.mjs prints it; with --update it is written to packages/app/api.txt.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const root = fileURLToPath(new URL('..', import.meta.url));
const entry = path.join(root, 'packages/app/dist/index.d.ts');
const program = ts.createProgram([entry], {
  module: ts.ModuleKind.NodeNext,
  target: ts.ScriptTarget.ES2022,
  lib: ['lib.es2023.d.ts', 'lib.esnext.disposable.d.ts'],
  types: ['node'],
  typeRoots: [path.join(root, 'node_modules/@types')],
  strict: true,
  skipLibCheck: true,
});
const checker = program.getTypeChecker();
const printer = ts.createPrinter({ removeComments: true });

const source = program.getSourceFile(entry);
const module = source && checker.getSymbolAtLocation(source);
if (!module) throw new Error(`${entry} exports nothing: npm run build`);

const byName = (one, other) => (one.name < other.name ? -1 : one.name > other.name ? 1 : 0);
const exported = checker
  .getExportsOfModule(module)
  .map((symbol) => ({ name: symbol.name, symbol: original(symbol) }))
  .sort(byName);

const known = new Set(exported.map(({ symbol }) => symbol));
const reached = new Map();
const foreign = new Set();
// `bindings` names the ports, which only those meet who rebind one; their shapes are pinned where they live.
for (const { name, symbol } of exported) if (name !== 'bindings') reach(symbol);

const text = [
  '# What @eros/app exports. Made by `npm run api:update`: a change here is a change for everybody who embeds it.',
  '',
  '## Values',
  ...exported.filter(isValue).map(({ name }) => name),
  '',
  '## Types of others',
  ...[...foreign].sort(),
  '',
  '## Declarations',
  ...exported.flatMap(({ name, symbol }) => ['', declarationOf(name, symbol)]),
  '',
  '## Types that these name, but that are not exported',
  ...[...reached]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .flatMap(([name, symbol]) => ['', declarationOf(name, symbol)]),
  '',
].join('\n');

if (process.argv.includes('--update')) writeFileSync(path.join(root, 'packages/app/api.txt'), text);
else process.stdout.write(text);

function original(symbol) {
  return symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
}

function isValue({ symbol }) {
  return (symbol.flags & ts.SymbolFlags.Value) !== 0;
}

function isOurs(node) {
  return /[\\/](packages|apps)[\\/][^\\/]+[\\/]dist[\\/]/.test(node.getSourceFile().fileName);
}

/** Follows every name that a declaration mentions. What nobody outside can use is nobody's business. */
function reach(symbol) {
  for (const declaration of symbol.declarations ?? []) if (isOurs(declaration)) visit(declaration);
}

function visit(node) {
  if (isOutOfReach(node)) return;
  const name = referenceIn(node);
  const found = name && checker.getSymbolAtLocation(name);
  if (found) meet(original(found));
  ts.forEachChild(node, visit);
}

function referenceIn(node) {
  if (ts.isTypeReferenceNode(node)) return node.typeName;
  if (ts.isExpressionWithTypeArguments(node)) return node.expression;
  if (ts.isTypeQueryNode(node)) return node.exprName;
  if (ts.isImportTypeNode(node)) return node.qualifier;
  return undefined;
}

function meet(symbol) {
  const [declaration] = symbol.declarations ?? [];
  if (!declaration || ts.isTypeParameterDeclaration(declaration) || known.has(symbol)) return;
  const [, owner] = /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(declaration.getSourceFile().fileName) ?? [];
  // The language's own, and Node's.
  if (program.isSourceFileDefaultLibrary(declaration.getSourceFile()) || owner?.startsWith('@types/')) return;
  if (!isOurs(declaration)) {
    foreign.add(`${owner}: ${symbol.name}`);
    return;
  }
  known.add(symbol);
  reached.set(symbol.name, symbol);
  reach(symbol);
}

/** A private member; and the constructor of a class that has no public name. */
function isOutOfReach(node) {
  if (ts.isConstructorDeclaration(node))
    return !exported.some(({ symbol }) => symbol.declarations?.includes(node.parent));
  const modifiers = ts.canHaveModifiers(node) ? (ts.getModifiers(node) ?? []) : [];
  return modifiers.some(({ kind }) => kind === ts.SyntaxKind.PrivateKeyword);
}

function declarationOf(name, symbol) {
  const printed = (symbol.declarations ?? []).map((declaration) => {
    const whole = ts.isVariableDeclaration(declaration) ? declaration.parent.parent : declaration;
    const [shown] = ts.transform(whole, [withoutWhatIsOutOfReach]).transformed;
    return (
      printer
        .printNode(ts.EmitHint.Unspecified, shown, declaration.getSourceFile())
        .replace(/^export (declare )?/, '')
        // Two builds of one source were seen to differ in their quotes.
        .replace(/"([^"'\n]*)"/g, "'$1'")
    );
  });
  const origin = symbol.name === name ? [] : [`// as ${name}`];
  return [...origin, ...printed].join('\n');
}

function withoutWhatIsOutOfReach(context) {
  const keep = (node) => (isOutOfReach(node) ? undefined : ts.visitEachChild(node, keep, context));
  return (node) => ts.visitNode(node, keep);
}
