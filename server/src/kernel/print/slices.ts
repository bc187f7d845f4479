import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

/** Writings that come in slices: a small file for some letters each, of which a document needs few. */
const PACKAGES = [
  'noto-sans-hebrew',
  'noto-sans-thai',
  'noto-sans-sc',
  'noto-sans-kr',
  'noto-sans-bengali',
  'noto-sans-tamil',
  'noto-sans-georgian',
  'noto-sans-armenian',
  'noto-sans-ethiopic',
  'noto-sans-khmer',
  'noto-sans-lao',
  'noto-sans-myanmar',
  'noto-serif-tibetan',
] as const

export interface Slice {
  /** `<package>/<slice>`. */
  readonly face: string
  /** A variable font in WOFF2. */
  readonly file: string
}

type Listed = Slice & { readonly ranges: readonly (readonly [from: number, to: number])[] }

const resolvePackage = createRequire(import.meta.url).resolve
let all: readonly Listed[] | undefined

/** The slices that say they have all of these letters. */
export function sliceFor(codes: readonly number[]): Slice[] {
  all ??= PACKAGES.flatMap(listSlices)
  return all.filter(({ ranges }) =>
    codes.every(code => ranges.some(([from, to]) => code >= from && code <= to)),
  )
}

function listSlices(name: string): Listed[] {
  const list = resolvePackage(`@fontsource-variable/${name}/unicode.json`)
  // a file of the package: names of slices with their letters, as CSS writes them
  const ranges = JSON.parse(readFileSync(list, 'utf8')) as Record<string, string>
  return Object.entries(ranges).map(([key, text]) => {
    const slice = key.replace(/[[\]]/g, '')
    return {
      face: `${name}/${slice}`,
      file: join(dirname(list), 'files', `${name}-${slice}-wght-normal.woff2`),
      ranges: text.split(',').map(rangeOf),
    }
  })
}

/** `U+590-5ff` or `U+20aa`. */
function rangeOf(text: string): readonly [number, number] {
  const [from = '', to = from] = text.trim().slice(2).split('-')
  return [Number.parseInt(from, 16), Number.parseInt(to, 16)]
}
