import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createWorld, type TestConversation, type World } from '../../../test/support/world.ts'
import { mentionsSql } from './mentions.ts'

const LOOKS = 10_000
let world: World
let carla: TestConversation

beforeAll(async () => {
  world = await createWorld()
  carla = await world.conversation({ name: 'Carla' })
  await world.owner.do('note.add', { conversationId: carla.id as never, text: 'hello' })
  await world.owner.ask('log.search', { customer: [carla.customerId] } as never)
  await world.owner.ask('log.search', { conversation: [carla.id] } as never)
  await world.owner.ask('log.search', { event: ['note.*'] } as never)
  await world.settle()
  // looks at others, as many as a busy year has
  await world.asSuperuser(
    `insert into log_entry select (e).* from (
       select jsonb_populate_record(e, jsonb_build_object('entry_id', gen_random_uuid(), 'position', 1000000 + i,
         'leaf', '\\x' || encode(convert_to(json_build_object('customer', gen_random_uuid())::text, 'UTF8'), 'hex'))) as e
       from log_entry e, generate_series(1, ${LOOKS}) i
       where e.entry_id = (select entry_id from log_entry where event = 'log.viewed' order by at limit 1)) x`,
  )
  await world.asSuperuser('vacuum analyze log_entry')
})
afterAll(() => world.end())

const matter = () => {
  const about = mentionsSql({
    kind: 'customer',
    workspaceId: world.workspaceId,
    conversationIds: [carla.id],
    customerIds: [carla.customerId],
  } as never)
  return sql`select e.entry_id from log_entry e where e.workspace_id = ${world.workspaceId}
    and (e.conversation_id = ${carla.id} or ${about})`
}

test('who looked at a customer is found among many looks at others by an index, never by reading each', async () => {
  const { read } = world.node.databases
  const { rows } = await matter().execute(read as never)
  expect(rows, 'the note and the two looks at Carla').toHaveLength(3)
  const plan = await sql<{ 'QUERY PLAN': string }>`explain ${matter()}`.execute(read as never)
  const text = plan.rows.map(row => row['QUERY PLAN']).join('\n')
  expect(text).toContain('_ids_named_in_idx')
  expect(text).not.toContain('Seq Scan on log_entry_20')
})
