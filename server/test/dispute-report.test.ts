import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createHttpServer } from '../src/edges/http/server.ts'
import { isolate, Sheet } from '../src/kernel/print/index.ts'
import { createDesk, type Desk, until } from './support/desk.ts'
import { readPdf } from './support/read-pdf.ts'
import type { Person } from './support/world.ts'

const DATA = fileURLToPath(new URL('../../../shared/data/text/', import.meta.url))
/** What stands in one line, however it was broken when it was printed. */
const plain = (text: string) => text.replace(/\s+/g, ' ')

let desk: Desk
let maya: Person
let sofia: Person
let otto: Person
let id: string

beforeAll(async () => {
  desk = await createDesk()
  desk.addGateway()
  const bot = await desk.connect('Harbour')
  const orders = await desk.world.department('Orders')
  maya = await desk.world.person('Maya', 'agent', [orders])
  sofia = await desk.world.person('Sofia', 'supervisor', [orders])
  otto = await desk.world.person('Otto', 'auditor')
  await desk.owner.do('department.set_lead', {
    departmentId: orders as never,
    agentId: sofia.id as never,
    lead: true,
  })
  const carla = desk.telegram.createUser({ firstName: 'Carla', lastName: '王芳' })
  await carla.say(bot, 'Where is my refund? 我的退款在哪里？我已经等了三天。 Где мои деньги? 👍')
  const talk = await until(async () => (await desk.conversations())[0])
  await maya.do('conversation.assign', { conversationId: talk.id, agentId: maya.id as never })
  await maya.do('message.send', {
    conversationId: talk.id,
    text: 'It is on its way.\n\u202E<script>alert(1)</script>',
  })
  await carla.waitForReply(bot)
  await until(async () => (await desk.entries('message.delivered')).length === 1)
  const opened = await desk.owner.do('dispute.open', {
    conversationId: talk.id,
    title: 'Nobody answers (%s) \\ )Tj',
    text: 'Она пишет: никто не ответил. 她说没有人回复。',
  })
  id = opened.dispute.id
  for (const claim of [{ kind: 'never_replied' }, { kind: 'promised', words: ['double the money'] }] as const)
    await desk.owner.do('dispute.check_claim', { disputeId: opened.dispute.id, claim: claim as never })
  await desk.owner.do('dispute.decide', {
    disputeId: opened.dispute.id,
    outcome: 'dismissed',
    reason: 'The answer is on record.',
  })
  await desk.world.settle()
})
afterAll(() => desk.end())

const print = async (person: Person, input: object = {}, command = desk.world.node.reportDispute) =>
  desk.world.node.door.execute(command, await person.caller(), { id, ...input })

describe('the report of a dispute', () => {
  test('tells complaint, decision, claims with what was searched, story, positions and the signed head', async () => {
    const [note] = await desk.world.asSuperuser<{ note: Buffer; vkey: string }>(
      'select note, vkey from log_checkpoint order by epoch desc, size desc limit 1',
    )
    const { bytes, pages, sha256 } = await print(desk.owner)
    const read = await readPdf(bytes)
    const text = plain(read.pages.join('\n'))
    const [sent] = await desk.entries('message.sent')
    for (const words of [
      'Nobody answers (%s) \\ )Tj',
      'Она пишет: никто не ответил. 她说没有人回复。',
      'Dismissed',
      'The answer is on record.',
      'Never replied: contradicted',
      'Promised something: searched whole, nothing found',
      'double the money',
      'Everything was searched',
      'Texts read 1, withheld 0, erased 0, missing 0',
      'Maya wrote to Carla 王芳: “It is on its way. <script>alert(1)</script>”',
      '我的退款在哪里？我已经等了三天。 Где мои деньги?',
      `(#${sent?.position})`,
      'All times in UTC',
    ])
      expect(text).toContain(words)
    // what is longer than a line is broken anywhere
    const unbroken = text.replaceAll(' ', '')
    for (const line of note?.note.toString('utf8').split('\n') ?? [])
      expect(unbroken).toContain(line.replaceAll(' ', ''))
    expect(unbroken).toContain(note?.vkey)
    expect(read).toMatchObject({ title: 'Dispute report', language: 'en' })
    expect([pages, read.pages.at(-1)]).toEqual([
      read.pages.length,
      expect.stringContaining(`page ${pages} of ${pages}`),
    ])
    // that it left the desk is on record, with the digest of what left
    const [entry] = (await desk.entries('dispute.reported')).slice(-1)
    expect(entry).toMatchObject({
      actor: { id: desk.owner.id },
      subject: { id },
      data: { sha256, language: 'en', bytes: bytes.length, pages },
    })
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(sha256)
  })

  test('is in the reader’s language and zone', async () => {
    const russian = plain(
      (await readPdf((await print(desk.owner, { language: 'ru' })).bytes)).pages.join(' '),
    )
    for (const words of ['Отчёт о споре', 'Ни разу не ответили: опровергается', 'Как проверить'])
      expect(russian).toContain(words)
    const chinese = plain(
      (await readPdf((await print(desk.owner, { language: 'zh', zone: 'Asia/Shanghai' })).bytes)).pages.join(
        ' ',
      ),
    )
    for (const words of ['争议报告', '如何验证', 'Asia/Shanghai']) expect(chinese).toContain(words)
    await expect(print(desk.owner, { zone: 'Mars/Olympus' })).rejects.toMatchObject({ code: 'input.invalid' })
  })

  test('shows an auditor no words, and nobody a case that is not theirs', async () => {
    const text = plain(
      (await readPdf((await print(otto, {}, desk.world.node.reportDisputeAsAuditor)).bytes)).pages.join(' '),
    )
    expect(text).toContain('[Withheld]')
    for (const words of ['refund', 'on its way', 'Carla', 'Nobody answers', 'double the money'])
      expect(text).not.toContain(words)
    await expect(print(maya)).rejects.toMatchObject({ code: 'permission.denied' })
    const stranger = await desk.world.person('Serge', 'supervisor', [await desk.world.department('Billing')])
    await expect(print(stranger)).rejects.toMatchObject({ code: 'dispute.not_found' })
  })

  test('is taken by a link of the console, and by nobody without a session', async () => {
    const server = await createHttpServer(desk.world.node, { publicUrl: undefined, webRoot: null })
    try {
      const url = `/api/dispute.report?id=${id}`
      expect((await server.inject({ url })).statusCode).toBe(401)
      const answer = await server.inject({ url, headers: { authorization: `Bearer ${desk.owner.token}` } })
      expect([answer.statusCode, answer.headers['content-type']]).toEqual([200, 'application/pdf'])
      expect(answer.rawPayload.subarray(0, 5).toString()).toBe('%PDF-')
    } finally {
      await server.close()
    }
  })
})

describe('text on paper', () => {
  const printed = async (paragraphs: string[], weight: 'regular' | 'bold' = 'regular') => {
    const sheet = await Sheet.begin({ title: 'T', language: 'en', foot: 'F', pages: '{page}/{pages}' })
    for (const each of paragraphs) sheet.write(each, { weight })
    const { bytes } = await sheet.end()
    return { text: (await readPdf(bytes)).pages.join('\n'), missing: [...sheet.missing] }
  }

  test('letters that no font has are boxes and are told, never other letters', async () => {
    const { text, missing } = await printed(['Cherokee: ᏣᎳᎩ end'])
    expect(missing.sort()).toEqual([...'ᏣᎳᎩ'].sort())
    expect(text).toContain('Cherokee: \ufffd\ufffd\ufffd end')
  })

  test('somebody’s words cannot turn the direction of ours', async () => {
    const { text } = await printed([`he wrote ${isolate('\u202Eevil\u202D\u2066')}, at noon`])
    expect(text).toContain('he wrote evil, at noon')
  })

  test('Arabic runs from right to left, its letters joined and its numbers as they are', async () => {
    const { text, missing } = await printed(['طلبي 12345'])
    expect(missing).toEqual([])
    // drawn from left to right, the number comes first
    expect(text.indexOf('12345')).toBeLessThan(text.search(/[\u0600-\u06ff\ufb50-\ufeff]/))
  })

  const hasTranslations = existsSync(`${DATA}udhr`)
  if (!hasTranslations)
    process.stderr.write(
      'SKIPPED: the writings of the world on paper, because ../shared/data is not there.\n',
    )
  test.skipIf(!hasTranslations)(
    'every writing of the translations is printed, in both weights',
    { timeout: 120_000 },
    async () => {
      const texts = readdirSync(`${DATA}udhr`)
        .filter(name => name.endsWith('.html'))
        .map(name => {
          const text = plain(readFileSync(`${DATA}udhr/${name}`, 'utf8').replace(/<[^>]+>/g, ' '))
          return [...text].slice(300, 400).join('')
        })
      expect(texts.length).toBeGreaterThan(25)
      for (const weight of ['regular', 'bold'] as const) {
        const { text, missing } = await printed(texts, weight)
        expect(missing).toEqual([])
        expect(text).not.toContain('\ufffd')
      }
    },
  )

  test.each([
    ['Hebrew', 'אף אחד לא ענה לי במשך שלושה ימים', /\p{Script=Hebrew}/gu],
    ['Thai', 'ไม่มีใครตอบฉันเป็นเวลาสามวัน', /\p{Script=Thai}/gu],
    ['Korean', '사흘 동안 아무도 대답하지 않았습니다', /\p{Script=Hangul}/gu],
    ['Chinese', '三天没有人回复我的退款请求', /\p{Script=Han}/gu],
  ])('%s is read back letter by letter', async (_language, words, letters) => {
    const { text, missing } = await printed([words])
    const lettersOf = (each: string) => [...each.normalize('NFKC').matchAll(letters)].map(([c]) => c).sort()
    expect(missing).toEqual([])
    expect(lettersOf(text)).toEqual(lettersOf(words))
  })

  test('Hebrew runs from right to left, its numbers as they are', async () => {
    const { text } = await printed(['הזמנה 12345'])
    expect(text.indexOf('12345')).toBeLessThan(text.search(/\p{Script=Hebrew}/u))
  })

  test('a word wider than the page goes on in the next line, whole', async () => {
    const { text } = await printed(['x'.repeat(500)])
    expect(text.match(/x/g)?.length).toBe(500)
  })

  const isThere = existsSync(`${DATA}blns.json`)
  if (!isThere)
    process.stderr.write('SKIPPED: hostile strings on paper, because ../shared/data is not there.\n')
  test.skipIf(!isThere)('every string of the big list of naughty strings is printed', async () => {
    const strings = JSON.parse(readFileSync(`${DATA}blns.json`, 'utf8')) as string[]
    const { text } = await printed(strings.map((each, index) => `[${index}] ${isolate(each)}`))
    for (const index of strings.keys()) expect(text).toContain(`[${index}]`)
    expect(plain(text)).toContain('<script>alert(123)</script>')
  })
})
