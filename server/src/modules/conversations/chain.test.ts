import { afterAll, beforeAll, expect, test } from 'vitest'
import { createWorld, type World } from '../../../test/support/world.ts'

let world: World
beforeAll(async () => {
  world = await createWorld()
})
afterAll(() => world.end())

test('many at once on one conversation, also its very first, number their entries without a hole', async () => {
  const { id } = await world.conversation({ assignee: world.owner.id })
  const nodes = [world.node, world.addNode()]
  await Promise.all(
    Array.from({ length: 60 }, async (_, i) => {
      const node = nodes[i % 2] ?? world.node
      const command = node.commandsByName.get('note.add')
      if (!command) throw new Error('no note.add')
      const input = { conversationId: id, text: `note ${i}`, scope: 'team' }
      await node.door.execute(command, await world.owner.caller(), input)
    }),
  )
  await world.settle()
  const rows = await world.asSuperuser<{ leaf: Buffer }>(
    'select leaf from log_entry where conversation_id = $1 order by position',
    [id],
  )
  const numbers = rows.map(({ leaf }) => JSON.parse(leaf.toString()).counters.conversation)
  expect(numbers).toEqual(Array.from({ length: 60 }, (_, i) => i + 1))
})
