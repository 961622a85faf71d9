import type {
  CaptionFacts,
  CaptionScore,
  CompiledPack,
  PatternEngine,
  RulePack,
  Sha256,
  Structure,
} from '@eros/domain';
import { CLASSIC_PACK, compilePack, hasPatterns, InvalidPackError, parsePack, scoreCaption } from '@eros/domain';

/** How captions are scored. */
export interface CaptionsOptions {
  /**
   * Rule packs of the user's own. A structure is served by the last pack in the list that has rules for it, and by `classic`
   * if none has. A pack replaces a structure's rules as a whole: elements of two packs are never mixed, so that a score
   * always belongs to one pack, which it names.
   */
  readonly packs?: readonly RulePack[];
}

/** What scoring needs from outside. */
export interface CaptionsPorts {
  readonly sha256: Sha256;
  /** Called once, and only if a pack has patterns. */
  readonly loadPatternEngine: () => Promise<PatternEngine>;
}

/** One caption of `scoreAll`. */
export interface CaptionToScore {
  readonly text: string;
  readonly structure: Structure;
  readonly facts?: CaptionFacts;
}

/** Scores captions. Needs no database; a score depends on the caption, the facts and the pack alone. */
export class Captions {
  private classic: CompiledPack | undefined;

  private constructor(
    private readonly own: readonly CompiledPack[],
    private readonly sha256: Sha256,
  ) {}

  /**
   * Checks the packs and makes them ready.
   *
   * @throws {InvalidPackError} when a pack is malformed, or two of the same name and version differ.
   */
  static async open(options: CaptionsOptions, { sha256, loadPatternEngine }: CaptionsPorts): Promise<Captions> {
    const packs = (options.packs ?? []).map(parsePack);
    const engine = packs.some(hasPatterns) ? await loadPatternEngine() : undefined;
    const compiled = packs.map((pack) => compilePack(pack, engine, sha256));
    const captions = new Captions(compiled, sha256);
    refuseNamesakes(compiled, () => captions.classicPack());
    return captions;
  }

  /**
   * How far `text` has the elements of `structure`, by what evidence, and what would bring the missing ones.
   *
   * @param facts what is known of the item; feeds the warnings, never the score.
   * @throws {InvalidCaptionError} when the text is blank, not a string, or has more than 10,000 UTF-16 units.
   * @throws {InvalidSettingsError} when the structure is unknown, or a fact is no amount.
   */
  score(text: string, structure: Structure, facts?: CaptionFacts): CaptionScore {
    return scoreCaption(text, structure, facts, this.packFor(structure));
  }

  /** The score of each item, in their order. Throws what `score` throws, at the first item that it refuses. */
  scoreAll(items: Iterable<CaptionToScore>): CaptionScore[] {
    return Array.from(items, ({ text, structure, facts }) => this.score(text, structure, facts));
  }

  private packFor(structure: Structure): CompiledPack {
    return this.own.findLast(({ structures }) => Object.hasOwn(structures, structure)) ?? this.classicPack();
  }

  /** Made on first use: an engine that scores nothing, or by own rules alone, need not pay for it. */
  private classicPack(): CompiledPack {
    return (this.classic ??= compilePack(CLASSIC_PACK, undefined, this.sha256));
  }
}

/** Stored scores name their pack: one name and version must stand for one content. */
function refuseNamesakes(packs: readonly CompiledPack[], classic: () => CompiledPack): void {
  const hashes = new Map<string, string>();
  for (const { identity } of packs) {
    const key = `"${identity.name}" version ${identity.version}`;
    const isClassic = identity.name === CLASSIC_PACK.name && identity.version === CLASSIC_PACK.version;
    const known = hashes.get(key) ?? (isClassic ? classic().identity.hash : identity.hash);
    if (known !== identity.hash) {
      throw new InvalidPackError('version', `there are two different packs ${key}: give one another version or name`);
    }
    hashes.set(key, identity.hash);
  }
}
