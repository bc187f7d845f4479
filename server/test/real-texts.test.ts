import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { splitText } from '../src/demo/telegram/index.ts'
import { createDesk, type Desk, until } from './support/desk.ts'

vi.setConfig({ testTimeout: 180_000 })

const DATA = fileURLToPath(new URL('../../../shared/data/text/', import.meta.url))
const there = existsSync(DATA)
if (!there) process.stderr.write('SKIPPED: real texts, because ../shared/data is not there.\n')

const lines = (file: string) =>
  readFileSync(`${DATA}${file}`, 'utf8')
    .split('\n')
    .filter(line => line.trim() !== '')
const plain = (html: string) =>
  html
    .replace(/<(script|style|head)[\s\S]*?<\/\1>/g, ' ')
    .replace(/<[^>]+>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()

/** Texts of one kind, each at most what Telegram carries in a message. */
function collect(): Map<string, string[]> {
  const kinds = new Map<string, string[]>()
  kinds.set(
    'naughty strings',
    (JSON.parse(readFileSync(`${DATA}blns.json`, 'utf8')) as string[]).filter(
      text => text.length > 0 && text.length <= 4096,
    ),
  )
  for (const file of readdirSync(`${DATA}tweets-xlmt`))
    kinds.set(`tweets: ${file}`, lines(`tweets-xlmt/${file}`).slice(0, 40))
  const declarations = readdirSync(`${DATA}udhr`).filter(file => file.endsWith('.html'))
  kinds.set(
    'declarations',
    declarations.flatMap(file => splitText(plain(readFileSync(`${DATA}udhr/${file}`, 'utf8'))).slice(0, 1)),
  )
  return kinds
}

describe.skipIf(!there)('texts of the real world', () => {
  let desk: Desk
  beforeAll(async () => {
    desk = await createDesk()
    desk.addGateway()
  })
  afterAll(() => desk?.end())

  test('each arrives in the thread and in the log exactly as it was sent, whatever script, marks or tricks it holds', async () => {
    const bot = await desk.connect('Harbour Shop')
    const kinds = collect()
    const names = new Map<string, string[]>()
    for (const [kind, texts] of kinds) {
      const person = desk.telegram.createUser({ firstName: kind })
      names.set(kind, texts)
      for (const text of texts) await person.say(bot, text)
    }
    const expected = [...kinds.values()].reduce((sum, texts) => sum + texts.length, 0)
    expect(expected).toBeGreaterThan(800)
    await until(async () => (await desk.entries('message.received')).length >= expected, 150_000)

    const conversations = await desk.conversations()
    const entries = await desk.entries('message.received')
    for (const [kind, texts] of names) {
      const conversation = conversations.find(c => c.customer.name === kind)
      expect(conversation, kind).toBeDefined()
      const inLog = entries
        .filter(entry => entry.conversationId === conversation?.id)
        .map(entry => (entry.parts.text?.state === 'open' ? entry.parts.text.value : null))
      expect(inLog, `${kind}: log`).toEqual(texts)
      const inThread: (string | null)[] = []
      let cursor: string | undefined
      do {
        const page = await desk.owner.ask('conversation.messages', {
          id: conversation?.id as never,
          limit: 200,
          ...(cursor ? { cursor } : {}),
        })
        inThread.unshift(...page.items.map(({ text }) => (text?.state === 'open' ? text.value : null)))
        cursor = page.nextCursor ?? undefined
      } while (cursor)
      expect(inThread, `${kind}: thread`).toEqual(texts)
    }
  })
})
