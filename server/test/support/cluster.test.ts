import pg from 'pg'
import { expect, test } from 'vitest'
import { createDatabase, ensureTemplate } from './cluster.ts'

async function ask(connection: pg.ClientConfig, statement: string): Promise<unknown[]> {
  const client = new pg.Client(connection)
  await client.connect()
  try {
    return (await client.query({ text: statement, rowMode: 'array' })).rows.flat()
  } finally {
    await client.end()
  }
}

test('a template is prepared once, although many ask for it at the same time', async () => {
  let times = 0
  const prepare = async (connection: pg.ClientConfig) => {
    times++
    await ask(connection, 'create table thing as select 7 as number')
  }
  const names = await Promise.all([1, 2, 3].map(() => ensureTemplate('template_of_things', prepare)))
  expect(names).toEqual(['template_of_things', 'template_of_things', 'template_of_things'])
  expect(times).toBe(1)
})

test('a copy of a template has its rows and a life of its own', async () => {
  const template = await ensureTemplate(
    'template_of_copies',
    async connection => void (await ask(connection, 'create table thing as select 7 as number')),
  )
  const [one, other] = await Promise.all([createDatabase({ template }), createDatabase({ template })])
  await ask(one.connection, 'delete from thing')
  expect(await ask(one.connection, 'select number from thing')).toEqual([])
  expect(await ask(other.connection, 'select number from thing')).toEqual([7])
  await one.drop()
  await other.drop()
  await expect(ask(one.connection, 'select 1')).rejects.toMatchObject({ code: '3D000' })
})

test('a template whose preparation fails is not there afterwards', async () => {
  const failing = ensureTemplate('template_broken', () => Promise.reject(new Error('no such migration')))
  await expect(failing).rejects.toThrow('no such migration')
  const name = await ensureTemplate('template_broken', () => Promise.resolve())
  expect(name).toBe('template_broken')
})
