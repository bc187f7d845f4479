/** What a letter looks like, in units of the font. */
export interface Outline {
  readonly commands: readonly { readonly command: string; readonly args: readonly number[] }[]
}

interface Point {
  readonly x: number
  readonly y: number
  readonly isOnCurve: boolean
}

/**
 * An outline as a simple glyph of the table `glyf` (OpenType 1.9), each point with its own flag and two 16-bit steps,
 * padded to four bytes. For a weight of a variable font, whose stored outlines are those of another weight.
 */
export function encodeGlyph({ commands }: Outline): Uint8Array {
  const { points, ends } = pointsOf(commands)
  if (points.length === 0) return new Uint8Array(0)
  const size = 10 + 2 * ends.length + 2 + 5 * points.length
  const bytes = new Uint8Array(size + ((4 - (size % 4)) % 4))
  const view = new DataView(bytes.buffer)
  let at = 0
  const put = (value: number) => {
    view.setInt16(at, value)
    at += 2
  }
  const [xs, ys] = [points.map(({ x }) => x), points.map(({ y }) => y)]
  for (const value of [ends.length, least(xs), least(ys), most(xs), most(ys), ...ends, 0]) put(value)
  for (const { isOnCurve } of points) bytes[at++] = isOnCurve ? 1 : 0
  for (const values of [xs, ys]) for (const [i, value] of values.entries()) put(value - (values[i - 1] ?? 0))
  return bytes
}

function pointsOf(commands: Outline['commands']): { points: Point[]; ends: number[] } {
  const points: Point[] = []
  const ends: number[] = []
  const close = () => {
    if (points.length > (ends.at(-1) ?? -1) + 1) ends.push(points.length - 1)
  }
  for (const { command, args } of commands) {
    if (command === 'moveTo') close()
    for (let i = 0; i + 1 < args.length; i += 2)
      points.push({
        x: Math.round(args[i] as number),
        y: Math.round(args[i + 1] as number),
        isOnCurve: command !== 'quadraticCurveTo' || i > 0,
      })
  }
  close()
  return { points, ends }
}

const least = (values: readonly number[]) => values.reduce((a, b) => Math.min(a, b))
const most = (values: readonly number[]) => values.reduce((a, b) => Math.max(a, b))
