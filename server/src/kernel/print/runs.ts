import createBidi from 'bidi-js'
import LineBreaker from 'linebreak'
import type { Face } from './fonts.ts'

/** Stands for a letter that no font of ours has. */
export const NO_LETTER = '\ufffd'

/** A piece of a line in one font and one direction. */
export interface Run {
  readonly text: string
  readonly face: Face
  readonly level: number
}

/** A piece that is never broken, with what may follow it on the line. */
export interface Word {
  readonly runs: readonly Run[]
  /** The line ends after it, whatever room there is. */
  readonly ends: boolean
}

// its types describe the module for bundlers; Node gives the function itself
const bidi = (createBidi as unknown as typeof createBidi.default)()
const graphemes = new Intl.Segmenter('und', { granularity: 'grapheme' })

/** Marks that turn the direction of what follows: whoever wrote them could make a line read as it was not written. */
const TURNS = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is to be kept out of a document
const CONTROLS = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\ufeff\ufff9-\ufffb]+/g

/** Somebody else's words as they may stand in a line of ours: without controls, and their direction a matter of their own. */
export const isolate = (text: string): string => `\u2068${text.replace(TURNS, '')}\u2069`

/**
 * Words in the order they are read, each with its runs in the order they are read. Directions by UAX #9, places to break
 * by UAX #14; a letter that no font has becomes `NO_LETTER`, and `onMissing` hears of it.
 */
export function splitWords(
  text: string,
  faceFor: (grapheme: string) => Face | null,
  onMissing: (grapheme: string) => void,
): Word[] {
  const clean = text.replace(/\r\n?/g, '\n').replace(CONTROLS, ' ').normalize('NFC')
  const { levels } = bidi.getEmbeddingLevels(clean, 'auto')
  const mirrored = bidi.getMirroredCharactersMap(clean, levels)
  const words: Word[] = []
  const breaker = new LineBreaker(clean)
  let from = 0
  for (let end = breaker.nextBreak(); end; end = breaker.nextBreak()) {
    const piece = clean.slice(from, end.position)
    const runs = runsOf(piece, from, levels, mirrored, faceFor, onMissing)
    words.push({ runs, ends: end.required && piece.endsWith('\n') })
    from = end.position
  }
  return words
}

function runsOf(
  piece: string,
  offset: number,
  levels: Uint8Array,
  mirrored: Map<number, string>,
  faceFor: (grapheme: string) => Face | null,
  onMissing: (grapheme: string) => void,
): Run[] {
  const runs: { text: string; face: Face; level: number }[] = []
  for (const { segment, index } of graphemes.segment(piece)) {
    const letter = mirrored.get(offset + index) ?? segment.replace(TURNS, '').replace(/\n/g, '')
    if (letter === '') continue
    const level = levels[offset + index] ?? 0
    const before = runs.at(-1)
    const found = before && letter === ' ' ? before.face : faceFor(letter)
    if (found === null) onMissing(letter)
    const [face, drawn] = found === null ? (['latin', NO_LETTER] as const) : [found, letter]
    if (before && before.face === face && before.level === level) before.text += drawn
    else runs.push({ text: drawn, face, level })
  }
  return runs
}

/** The runs of a line from left to right: rule L2 of UAX #9. Neighbours that can be drawn at once are joined. */
export function orderRuns(runs: readonly Run[]): Run[] {
  const order = [...runs]
  const highest = Math.max(0, ...order.map(run => run.level))
  for (let level = highest; level > 0; level--) {
    let start = 0
    while (start < order.length) {
      let end = start
      while (end < order.length && (order[end] as Run).level >= level) end++
      if (end > start) order.splice(start, end - start, ...order.slice(start, end).reverse())
      start = end + 1
    }
  }
  return joinRuns(order)
}

function joinRuns(runs: readonly Run[]): Run[] {
  const joined: Run[] = []
  for (const run of runs) {
    const before = joined.at(-1)
    if (before?.face !== run.face || before.level !== run.level) joined.push(run)
    else {
      const isBackward = run.level % 2 === 1
      joined[joined.length - 1] = {
        ...run,
        text: isBackward ? run.text + before.text : before.text + run.text,
      }
    }
  }
  return joined
}

const BACKWARD_LETTER = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/

/** A run as a font must be given it: signs and spaces in a backward run have no direction of their own to be turned by. */
export const drawnText = ({ text, level }: Run): string =>
  level % 2 === 0 || BACKWARD_LETTER.test(text)
    ? text
    : [...graphemes.segment(text)]
        .reverse()
        .map(({ segment }) => segment)
        .join('')

/** A word that is wider than a line, in pieces of one letter. */
export const letterByLetter = (word: Word): Word[] =>
  word.runs.flatMap(run =>
    [...graphemes.segment(run.text)].map(({ segment }) => ({
      runs: [{ ...run, text: segment }],
      ends: false,
    })),
  )
