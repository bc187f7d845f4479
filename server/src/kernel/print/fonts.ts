import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { create, type Font } from 'fontkit'

export const FACES = ['latin', 'arabic', 'han', 'emoji'] as const
/** A font by the writing it is for. `latin` has Greek and Cyrillic as well. */
export type Face = (typeof FACES)[number]
export type Weight = 'regular' | 'bold'

/** All under the SIL Open Font License 1.1, which lets a document carry the letters it uses. */
const FAMILIES: Record<Face, { readonly package: string; readonly family: string }> = {
  latin: { package: 'noto-sans', family: 'NotoSans' },
  arabic: { package: 'noto-sans-arabic', family: 'NotoSansArabic' },
  han: { package: 'noto-sans-sc', family: 'NotoSansSC' },
  emoji: { package: 'noto-emoji', family: 'NotoEmoji' },
}
const WEIGHTS: Record<Weight, string> = { regular: '400Regular', bold: '700Bold' }

const resolvePackage = createRequire(import.meta.url).resolve

/** One font of the set, with the bytes a document carries parts of. */
export interface LoadedFont {
  readonly bytes: Buffer
  readonly font: Font
}

/** The fonts of one document. They are read anew for each: together they are 30 MB, which nobody needs between two. */
export class FontSet {
  readonly #fonts: ReadonlyMap<string, LoadedFont>

  private constructor(fonts: ReadonlyMap<string, LoadedFont>) {
    this.#fonts = fonts
  }

  static async load(): Promise<FontSet> {
    const wanted = FACES.flatMap(face => (['regular', 'bold'] as const).map(weight => ({ face, weight })))
    const fonts = await Promise.all(
      wanted.map(async ({ face, weight }) => {
        const { package: name, family } = FAMILIES[face]
        const file = `${WEIGHTS[weight]}/${family}_${WEIGHTS[weight]}.ttf`
        const bytes = await readFile(resolvePackage(`@expo-google-fonts/${name}/${file}`))
        return [keyOf(face, weight), { bytes, font: create(bytes) }] as const
      }),
    )
    return new FontSet(new Map(fonts))
  }

  get(face: Face, weight: Weight): LoadedFont {
    const found = this.#fonts.get(keyOf(face, weight))
    if (!found) throw new Error(`no font ${face} ${weight}`)
    return found
  }

  /** The first face that has letters for all of a grapheme; null when none has. */
  faceFor(grapheme: string): Face | null {
    const codes = [...grapheme].map(letter => letter.codePointAt(0) ?? 0).filter(isDrawn)
    const has = (face: Face) => codes.every(code => this.get(face, 'regular').font.hasGlyphForCodePoint(code))
    return FACES.find(has) ?? null
  }
}

/** Joiners and variation selectors choose a form; they have none of their own. */
const isDrawn = (code: number): boolean =>
  code !== 0x200c && code !== 0x200d && !(code >= 0xfe00 && code <= 0xfe0f)

export const keyOf = (face: Face, weight: Weight): string => `${face}-${weight}`
