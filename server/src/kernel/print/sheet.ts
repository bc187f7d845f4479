import type { Shaping } from 'fontkit'
import PDFDocument from 'pdfkit'
import { encodeGlyph, type Outline } from './encode-glyph.ts'
import { type Face, FontSet, keyOf, type Weight } from './fonts.ts'
import { drawnText, letterByLetter, NO_LETTER, orderRuns, type Run, splitWords, type Word } from './runs.ts'

/** How a paragraph is set. Sizes and spaces in points. */
export interface Setting {
  readonly size?: number
  readonly weight?: Weight
  readonly colour?: string
  /** From the left edge of the text. */
  readonly indent?: number
  readonly before?: number
  /** Keeps this paragraph on one page with so much of what follows. */
  readonly keep?: number
  /** A mark along the left edge. */
  readonly bar?: string
}

export interface FactSetting {
  readonly column?: number
  readonly size?: number
  readonly bar?: string
}

export interface SheetFacts {
  readonly title: string
  /** A BCP 47 tag. */
  readonly language: string
  /** Stands at the foot of every page, before the number of the page. */
  readonly foot: string
  /** Words for the page's number; `{page}` and `{pages}` are filled in. */
  readonly pages: string
}

const A4 = { width: 595.28, height: 841.89 }
const MARGIN = { side: 54, top: 56, foot: 62 }
const LINE = 1.42
const INK = '#1a1b1e'
const QUIET = '#5b626d'

/** What pdfkit 0.20 has no words for: who writes outlines, and which fonts it takes for one. */
interface Inside {
  readonly _font: { subset: { glyphEncoder: { encodeSimple(outline: Outline): Uint8Array } } }
  readonly _fontFamilies: Record<string, unknown>
}

interface Line {
  readonly runs: readonly Run[]
  readonly width: number
}

/**
 * Sets paragraphs on pages and gives the file: A4, with the letters it uses inside it. Text in any direction; what no
 * font has is drawn as a box and counted (`missing`).
 */
export class Sheet {
  readonly missing = new Set<string>()
  readonly #facts: SheetFacts
  readonly #fonts: FontSet
  readonly #document: PDFKit.PDFDocument
  readonly #chunks: Buffer[] = []
  readonly #done: Promise<void>
  readonly #faces = new Map<string, Face | null>()
  readonly #widths = new Map<string, number>()
  readonly #taken = new Set<string>()
  #y = MARGIN.top

  private constructor(facts: SheetFacts, fonts: FontSet) {
    this.#facts = facts
    this.#fonts = fonts
    this.#document = new PDFDocument({
      size: 'A4',
      margin: 0,
      bufferPages: true,
      pdfVersion: '1.7',
      lang: facts.language,
      displayTitle: true,
      info: { Title: facts.title, Producer: 'Tracedesk', Creator: 'Tracedesk' },
    })
    this.#document.on('data', (chunk: Buffer) => this.#chunks.push(chunk))
    this.#done = new Promise((resolve, reject) => {
      this.#document.once('end', resolve)
      this.#document.once('error', reject)
    })
  }

  static async begin(facts: SheetFacts): Promise<Sheet> {
    return new Sheet(facts, await FontSet.load())
  }

  /** A paragraph; a line feed begins a new line in it. */
  write(text: string, setting: Setting = {}): void {
    const { size = 10, weight = 'regular', colour = INK, indent = 0, before = 0, keep = 0, bar } = setting
    const height = size * LINE
    this.#y += before
    if (this.#y + height + keep > A4.height - MARGIN.foot) this.#turn()
    const room = A4.width - 2 * MARGIN.side - indent
    for (const line of this.#breakLines(text, room, size, weight)) {
      if (this.#y + height > A4.height - MARGIN.foot) this.#turn()
      if (bar) this.#document.rect(MARGIN.side + indent - 9, this.#y - 1, 2.5, height).fill(bar)
      const isBackward = (line.runs[0]?.level ?? 0) % 2 === 1
      const left = MARGIN.side + indent + (isBackward ? room - line.width : 0)
      this.#draw(line, left, this.#y, size, weight, colour)
      this.#y += height
    }
  }

  heading(text: string): void {
    this.write(text, { size: 13, weight: 'bold', before: 18, keep: 44 })
    this.#y += 3
  }

  /** Something with its name before it: the name in a column of so many points, the rest beside it. */
  fact(name: string, value: string, { column = 130, size = 9.5, bar }: FactSetting = {}): void {
    this.write(name, { colour: QUIET, size })
    const below = this.#y
    this.#y -= size * LINE
    this.write(value, { indent: column, size, ...(bar ? { bar } : {}) })
    this.#y = Math.max(this.#y, below)
  }

  rule(): void {
    this.#y += 6
    this.#document
      .moveTo(MARGIN.side, this.#y)
      .lineTo(A4.width - MARGIN.side, this.#y)
      .lineWidth(0.6)
      .stroke('#c9ced6')
    this.#y += 8
  }

  /** Numbers the pages and gives the whole file. */
  async end(): Promise<{ bytes: Buffer; pages: number }> {
    const { start, count } = this.#document.bufferedPageRange()
    for (let page = start; page < start + count; page++) {
      this.#document.switchToPage(page)
      const number = this.#facts.pages.replace('{page}', String(page + 1)).replace('{pages}', String(count))
      const text = `${this.#facts.foot} · ${number}`
      const [line] = this.#breakLines(text, A4.width - 2 * MARGIN.side, 8, 'regular')
      if (line) this.#draw(line, MARGIN.side, A4.height - 40, 8, 'regular', QUIET)
    }
    this.#document.end()
    await this.#done
    return { bytes: Buffer.concat(this.#chunks), pages: count }
  }

  #turn(): void {
    this.#document.addPage()
    this.#y = MARGIN.top
  }

  #breakLines(text: string, room: number, size: number, weight: Weight): Line[] {
    const words = splitWords(
      text,
      letter => this.#faceFor(letter),
      letter => this.missing.add(letter),
    )
    const lines: Line[] = []
    let runs: Run[] = []
    let width = 0
    const close = () => {
      lines.push({ runs, width })
      runs = []
      width = 0
    }
    const add = (word: Word, wide: number) => {
      runs.push(...word.runs)
      width += wide
    }
    for (const word of words) {
      const wide = this.#widthOf(word, size, weight)
      if (width > 0 && width + wide > room) close()
      if (wide <= room) add(word, wide)
      else
        for (const letter of letterByLetter(word)) {
          const each = this.#widthOf(letter, size, weight)
          if (width > 0 && width + each > room) close()
          add(letter, each)
        }
      if (word.ends) close()
    }
    if (runs.length > 0 || lines.length === 0) close()
    return lines
  }

  #faceFor(letter: string): Face | null {
    const known = this.#faces.get(letter)
    if (known !== undefined) return known
    const found = this.#fonts.faceFor(letter)
    this.#faces.set(letter, found)
    return found
  }

  #widthOf(word: Word, size: number, weight: Weight): number {
    return word.runs.reduce((sum, run) => sum + this.#widthOfRun(run, weight) * size, 0)
  }

  /** The width of a run set at one point. */
  #widthOfRun({ text, face }: Run, weight: Weight): number {
    const key = `${face} ${weight} ${text}`
    const known = this.#widths.get(key)
    if (known !== undefined) return known
    const { font } = this.#fonts.get(face, weight)
    const { drawn, shaping } = this.#shape(text, face, weight)
    const width = font.layout(drawn, shaping).advanceWidth / font.unitsPerEm
    this.#widths.set(key, width)
    return width
  }

  /** The document with a font in hand; one is told to it when it is used first. */
  #take(face: Face, weight: Weight): PDFKit.PDFDocument {
    const key = keyOf(face, weight)
    if (this.#taken.has(key)) return this.#document.font(key)
    const { bytes, font, instance } = this.#fonts.get(face, weight)
    const inside = this.#document as unknown as Inside
    // weights of one file have one name, and pdfkit would take the first for the second
    delete inside._fontFamilies[font.postscriptName]
    this.#document.registerFont(key, bytes, instance).font(key)
    this.#taken.add(key)
    // fontkit 2.0.4 cannot write the outlines of a variable font’s weights
    if (instance) inside._font.subset.glyphEncoder = { encodeSimple: encodeGlyph }
    return this.#document
  }

  /** What is drawn for a text, and how; boxes where a font cannot shape it, which count as missing letters. */
  #shape(text: string, face: Face, weight: Weight): { drawn: string; shaping: Shaping } {
    const shaping = this.#fonts.shapingOf(face, weight, text)
    if (shaping) return { drawn: text, shaping }
    for (const letter of text) this.missing.add(letter)
    return { drawn: text.replace(/./gu, NO_LETTER), shaping: [] }
  }

  #draw(line: Line, left: number, top: number, size: number, weight: Weight, colour: string): void {
    let x = left
    for (const run of orderRuns(line.runs)) {
      const { font } = this.#fonts.get(run.face, weight)
      // faces differ in height; they stand on one line
      const y = top + size * 1.07 - (font.ascent / font.unitsPerEm) * size
      const { drawn, shaping } = this.#shape(drawnText(run), run.face, weight)
      this.#take(run.face, weight)
        .fontSize(size)
        .fillColor(colour)
        // with features given a run is shaped as a whole, in its own direction
        .text(drawn, x, y, { lineBreak: false, features: shaping as PDFKit.Mixins.OpenTypeFeatures[] })
      x += this.#widthOfRun(run, weight) * size
    }
  }
}
