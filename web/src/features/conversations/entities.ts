import type { Message, MessageVersion } from '@tracedesk/contracts'
import { ENTITY_TYPES } from '@tracedesk/contracts/rules'

export type ShownEntity = Message['entities'][number]
/** What the desk can send; the others are only shown. */
export type EntityType = (typeof ENTITY_TYPES)[number]
export interface Entity {
  type: EntityType
  offset: number
  length: number
  url?: string
}
/** The formatting of a message that can be edited here. */
export const editable = (entities: Message['entities'] | MessageVersion['entities']): Entity[] =>
  entities.flatMap(({ type, offset, length, url }) => {
    const known = ENTITY_TYPES.find(each => each === type)
    return known ? [{ type: known, offset, length, ...(url && { url }) }] : []
  })

/** Formatting after a text changed from `before` to `after` in one place: what stands behind moves, what was cut out goes. */
export function shiftEntities(entities: readonly Entity[], before: string, after: string): Entity[] {
  if (before === after) return [...entities]
  let start = 0
  while (start < before.length && start < after.length && before[start] === after[start]) start++
  let end = 0
  while (
    end < before.length - start &&
    end < after.length - start &&
    before[before.length - 1 - end] === after[after.length - 1 - end]
  )
    end++
  const cutEnd = before.length - end
  const delta = after.length - before.length
  const move = (at: number) => (at <= start ? at : at >= cutEnd ? at + delta : start)
  return entities.flatMap(entity => {
    const from = move(entity.offset)
    // what is typed at the end of a stretch belongs to it no more
    const to = move(entity.offset + entity.length)
    return to > from ? [{ ...entity, offset: from, length: to - from }] : []
  })
}

/** Puts a format on a stretch, or takes it away where the whole stretch has it already. */
export function toggleEntity(
  entities: readonly Entity[],
  type: EntityType,
  from: number,
  to: number,
  url?: string,
): Entity[] {
  if (to <= from) return [...entities]
  const has = entities.some(
    each => each.type === type && each.offset <= from && each.offset + each.length >= to,
  )
  const rest = entities.flatMap(each => (each.type === type ? cutOut(each, from, to) : [each]))
  return has ? rest : [...rest, { type, offset: from, length: to - from, ...(url && { url }) }]
}

function cutOut(entity: Entity, from: number, to: number): Entity[] {
  const end = entity.offset + entity.length
  const pieces = [
    { ...entity, length: Math.min(end, from) - entity.offset },
    { ...entity, offset: Math.max(entity.offset, to), length: end - Math.max(entity.offset, to) },
  ]
  return pieces.filter(piece => piece.length > 0)
}

export interface Segment {
  text: string
  entities: ShownEntity[]
}

/** Cuts a text where its formatting changes; all pieces together are the text unchanged. */
export function segmentsOf(text: string, entities: readonly ShownEntity[]): Segment[] {
  const inside = entities.filter(({ offset, length }) => offset >= 0 && length > 0 && offset < text.length)
  if (inside.length === 0) return [{ text, entities: [] }]
  const cuts = new Set([0, text.length])
  for (const { offset, length } of inside) cuts.add(offset).add(Math.min(text.length, offset + length))
  const places = [...cuts].sort((a, b) => a - b)
  return places.slice(0, -1).map((from, index) => {
    const to = places[index + 1] ?? text.length
    return {
      text: text.slice(from, to),
      entities: inside.filter(({ offset, length }) => offset <= from && offset + length >= to),
    }
  })
}
