import { expect, test } from 'vitest'
import { CATALOGUE } from './catalogue.ts'
import { typedParts } from './event.ts'

const typedOf = (name: string) => {
  const event = CATALOGUE.get(name)
  if (!event) throw new Error(`no event ${name}`)
  return typedParts(event)
}

test('colleagues type what lies under their own key, notes, cases and reasons about each other', () => {
  expect(typedOf('log.viewed')).toEqual(['q'])
  expect(typedOf('note.added')).toEqual(['text'])
  expect(typedOf('dispute.opened')).toEqual(['title', 'ownTitle', 'text', 'ownText'])
  expect(typedOf('impersonation.started')).toEqual(['reasonText'])
  expect(typedOf('export.scheduled')).toEqual(['name', 'q'])
})

test('what is said to customers, what is theirs, and what a browser tells of itself is not among it', () => {
  for (const name of ['message.sent', 'message.received', 'customer.created', 'customer.field_set'])
    expect(typedOf(name), name).toEqual([])
  for (const name of ['session.signed_in', 'agent.invited']) expect(typedOf(name), name).toEqual([])
})

test('every part under the actor’s key is typed, whatever is added', () => {
  for (const event of CATALOGUE.values())
    for (const [name, owner] of Object.entries(event.parts))
      if (owner === 'actor' && name !== 'ip' && name !== 'userAgent')
        expect(typedParts(event), `${event.name} ${name}`).toContain(name)
})
