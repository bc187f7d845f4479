const [QUOTE, BACKSLASH, COMMA] = [0x22, 0x5c, 0x2c]
const OPEN = new Set([0x7b, 0x5b])
const CLOSE = new Set([0x7d, 0x5d])
const SPACE = new Set([0x20, 0x09, 0x0a, 0x0d])

/** One update: its bytes exactly as they arrived, and what they say. */
export interface RawUpdate {
  readonly updateId: number
  readonly bytes: Buffer
  readonly json: Readonly<Record<string, unknown>>
}

/** An answer of getUpdates that is not what the Bot API promises. */
export class UnreadableUpdates extends Error {
  override readonly name = 'UnreadableUpdates'
}

/**
 * Takes the body of a getUpdates answer apart into its updates, each with its own bytes: a lone surrogate written as
 * an escape, an unknown field, the order of members all stay as Telegram wrote them. JSON's structure is ASCII, so
 * the bytes can be walked without decoding. Throws UnreadableUpdates.
 */
export function sliceUpdates(body: Buffer): RawUpdate[] {
  const answer = parseObject(body)
  if (answer?.ok !== true || !Array.isArray(answer.result))
    throw new UnreadableUpdates('getUpdates answered something else than a list')
  const start = findResult(body)
  const slices = start === -1 ? [] : sliceElements(body, start)
  const updates = slices.map(readUpdateBytes)
  // The walk and the parser must agree, or bytes would be filed under the wrong update.
  const ids = (answer.result as { update_id?: unknown }[]).map(update => update.update_id)
  if (ids.length !== updates.length || updates.some((update, i) => update.updateId !== ids[i]))
    throw new UnreadableUpdates('getUpdates answered a list that cannot be taken apart')
  return updates
}

/** Reads one update from its bytes. Throws UnreadableUpdates when it is not an object with an integer `update_id`. */
export function readUpdateBytes(bytes: Buffer): RawUpdate {
  const json = parseObject(bytes)
  if (!json || !Number.isSafeInteger(json.update_id)) throw new UnreadableUpdates('an update has no number')
  return { updateId: json.update_id as number, bytes, json }
}

function parseObject(bytes: Buffer): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'))
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined
  } catch {
    return undefined
  }
}

/** Index of the `[` that is the value of the outermost object's last member `result`; -1 when there is none. */
function findResult(body: Buffer): number {
  let [depth, found, key] = [0, -1, '']
  for (let i = 0; i < body.length; i++) {
    const byte = body[i] as number
    if (byte === QUOTE) {
      const end = endOfString(body, i)
      if (depth === 1) key = body.toString('latin1', i + 1, end)
      i = end
    } else if (OPEN.has(byte)) {
      if (depth === 1 && key === 'result' && byte === 0x5b) found = i
      depth++
    } else if (CLOSE.has(byte)) depth--
  }
  return found
}

function sliceElements(body: Buffer, start: number): Buffer[] {
  const slices: Buffer[] = []
  let depth = 0
  let from = start + 1
  const take = (to: number) => {
    const slice = trim(body, from, to)
    if (slice.length > 0) slices.push(slice)
    from = to + 1
  }
  for (let i = start; i < body.length; i++) {
    const byte = body[i] as number
    if (byte === QUOTE) i = endOfString(body, i)
    else if (OPEN.has(byte)) depth++
    else if (CLOSE.has(byte)) {
      depth--
      if (depth === 0) {
        take(i)
        break
      }
    } else if (byte === COMMA && depth === 1) take(i)
  }
  return slices
}

/** Index of the quotation mark that ends the string beginning at `start`. */
function endOfString(body: Buffer, start: number): number {
  for (let i = start + 1; i < body.length; i++) {
    if (body[i] === BACKSLASH) i++
    else if (body[i] === QUOTE) return i
  }
  return body.length
}

function trim(body: Buffer, from: number, to: number): Buffer {
  while (from < to && SPACE.has(body[from] as number)) from++
  while (to > from && SPACE.has(body[to - 1] as number)) to--
  return body.subarray(from, to)
}
