import { readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { create, type Font, type Shaping } from 'fontkit'
import woff2 from 'wawoff2/build/decompress_binding.js'
import { type Slice, sliceFor } from './slices.ts'

export type Weight = 'regular' | 'bold'
/** A font by its name here: one of the whole ones, or `<package>/<slice>`. */
export type Face = string

/** Fonts that come whole. `latin` has Greek, Cyrillic and Devanagari as well. All here are under the SIL Open Font License 1.1. */
const WHOLE: Readonly<Record<string, { readonly package: string; readonly family: string }>> = {
  latin: { package: 'noto-sans', family: 'NotoSans' },
  arabic: { package: 'noto-sans-arabic', family: 'NotoSansArabic' },
  emoji: { package: 'noto-emoji', family: 'NotoEmoji' },
}
const FILES: Record<Weight, string> = { regular: '400Regular', bold: '700Bold' }
const INSTANCES: Record<Weight, string> = { regular: 'Regular', bold: 'Bold' }

const resolvePackage = createRequire(import.meta.url).resolve

/** One font of the set, with the bytes a document carries parts of. */
export interface LoadedFont {
  readonly bytes: Buffer
  readonly font: Font
  /** Which weight of a font that has all of them in one. */
  readonly instance?: string
}

/** The fonts of one document, read anew for each. A slice is read when the first letter of it is met. */
export class FontSet {
  readonly #fonts: Map<string, LoadedFont>
  readonly #slices = new Map<Face, Buffer>()

  private constructor(fonts: Map<string, LoadedFont>) {
    this.#fonts = fonts
  }

  static async load(): Promise<FontSet> {
    await isReady
    const wanted = Object.keys(WHOLE).flatMap(face =>
      (['regular', 'bold'] as const).map(weight => ({ face, weight })),
    )
    const fonts = await Promise.all(
      wanted.map(async ({ face, weight }) => {
        const { package: name, family } = WHOLE[face] as { package: string; family: string }
        const file = `${FILES[weight]}/${family}_${FILES[weight]}.ttf`
        const bytes = await readFile(resolvePackage(`@expo-google-fonts/${name}/${file}`))
        return [keyOf(face, weight), { bytes, font: create(bytes) }] as const
      }),
    )
    return new FontSet(new Map(fonts))
  }

  get(face: Face, weight: Weight): LoadedFont {
    const key = keyOf(face, weight)
    const found = this.#fonts.get(key) ?? this.#instance(face, weight)
    this.#fonts.set(key, found)
    return found
  }

  /** The first face that has letters for all of a grapheme; null when none has. */
  faceFor(grapheme: string): Face | null {
    const codes = [...grapheme].map(letter => letter.codePointAt(0) ?? 0).filter(isDrawn)
    const has = (face: Face) => codes.every(code => this.get(face, 'regular').font.hasGlyphForCodePoint(code))
    const slices = codes.length > 0 ? sliceFor(codes) : []
    for (const slice of slices) this.#open(slice)
    return ['latin', 'arabic', ...slices.map(({ face }) => face), 'emoji'].find(has) ?? null
  }

  /**
   * How a text is shaped in a face. fontkit 2.0.4 fails where a font has no place for a mark on some letter (Khmer):
   * then marks stay where the font puts them by itself. Null when it cannot be shaped at all.
   */
  shapingOf(face: Face, weight: Weight, text: string): Shaping | null {
    const { font } = this.get(face, weight)
    return SHAPINGS.find(shaping => canShape(font, text, shaping)) ?? null
  }

  #open({ face, file }: Slice): void {
    if (this.#slices.has(face)) return
    const bytes = woff2.decompress(readFileSync(file))
    if (bytes === false) throw new Error(`${file} is no font`)
    this.#slices.set(face, Buffer.from(bytes)) // a copy: the next font is written to the same place
  }

  #instance(face: Face, weight: Weight): LoadedFont {
    const bytes = this.#slices.get(face)
    if (!bytes) throw new Error(`no font ${face} ${weight}`)
    const instance = INSTANCES[weight]
    return { bytes, font: create(bytes, instance), instance }
  }
}

/** The decompressor is WebAssembly, which is ready a moment after it was loaded; from then on it answers at once. */
const isReady = new Promise<void>(resolve => {
  if (woff2.calledRun) resolve()
  else woff2.onRuntimeInitialized = resolve
})

const SHAPINGS: readonly Shaping[] = [[], { mark: false, mkmk: false, abvm: false, blwm: false }]

function canShape(font: Font, text: string, shaping: Shaping): boolean {
  try {
    font.layout(text, shaping)
    return true
  } catch {
    return false // a fault of the font or of its reader: another shaping is tried, or the letters count as missing
  }
}

/** Joiners and variation selectors choose a form; they have none of their own. */
const isDrawn = (code: number): boolean =>
  code !== 0x200c && code !== 0x200d && !(code >= 0xfe00 && code <= 0xfe0f)

export const keyOf = (face: Face, weight: Weight): string => `${face}-${weight}`
