import { createReadStream, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { createGunzip } from 'node:zlib'
import type { ClaimInput, Part } from '@tracedesk/contracts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { convertStar } from '../../../../scripts/star-to-ndjson.ts'
import { createWorld, type World } from '../../../test/support/world.ts'
import { operatorCaller } from '../../command/caller.ts'
import { importFile } from '../imports/index.ts'
import { openTextsFor } from '../log/index.ts'
import { matcherOfWords, matchersOfGroups } from '../moderation/index.ts'
import { checkMatter } from './check.ts'
import { byConversation } from './claims/claim-entry.ts'
import { EVENTS_OF, findFor, judgeClaim } from './claims/index.ts'
import { type OpenTexts, searchMatter } from './search.ts'

const DIALOGUES = fileURLToPath(
  new URL('../../../../../shared/data/star/dialogues.jsonl.gz', import.meta.url),
)
const there = existsSync(DIALOGUES)
if (!there)
  process.stderr.write(
    `SKIPPED: the STAR dialogues are not at ${DIALOGUES}; claims are not tested on them.\n`,
  )

interface Dialogue {
  readonly DialogueID: number | string
  readonly Events: readonly { readonly Agent: string; readonly Action: string }[]
}

/** What the source file says by itself: a customer wrote, and no agent ever did afterwards. */
async function neverRepliedInSource(): Promise<{ unanswered: number; answered: number; silent: number }> {
  const lines = createInterface({ input: createReadStream(DIALOGUES).pipe(createGunzip()) })
  const counts = { unanswered: 0, answered: 0, silent: 0 }
  for await (const line of lines) {
    const { Events: events } = JSON.parse(line) as Dialogue
    const first = events.findIndex(event => event.Agent === 'User' && event.Action === 'utter')
    const isAnswered = events
      .slice(first)
      .some(event => event.Agent === 'Wizard' && /^(utter|pick_suggestion)$/.test(event.Action))
    counts[first === -1 ? 'silent' : isAnswered ? 'answered' : 'unanswered']++
  }
  return counts
}

/** The same for one conversation after the other, told apart by what the customer wrote first. */
async function answeredByFirstWords(): Promise<Map<string, boolean[]>> {
  const lines = createInterface({ input: createReadStream(DIALOGUES).pipe(createGunzip()) })
  const found = new Map<string, boolean[]>()
  for await (const line of lines) {
    const { Events: events } = JSON.parse(line) as {
      Events: { Agent: string; Action: string; Text?: string; UnixTime?: number }[]
    }
    const first = events.findIndex(event => event.Agent === 'User' && event.Action === 'utter')
    if (first === -1) continue
    const key = `${events[first]?.UnixTime}`
    const isAnswered = events
      .slice(first)
      .some(event => event.Agent === 'Wizard' && /^(utter|pick_suggestion)$/.test(event.Action))
    found.set(key, [...(found.get(key) ?? []), isAnswered])
  }
  return found
}

interface RawEvent {
  readonly Agent: string
  readonly Action: string
  readonly UnixTime?: number
  readonly Text?: string
  readonly ActionLabel?: string
}

/** The dialogues as they lie in the file, read by nothing of ours. */
async function readRaw(): Promise<RawEvent[][]> {
  const lines = createInterface({ input: createReadStream(DIALOGUES).pipe(createGunzip()) })
  const dialogues: RawEvent[][] = []
  for await (const line of lines) dialogues.push((JSON.parse(line) as { Events: RawEvent[] }).Events)
  return dialogues
}

const isAgents = ({ Agent, Action }: RawEvent) =>
  Agent === 'Wizard' && (Action === 'utter' || Action === 'pick_suggestion')
const secondsOf = (events: readonly RawEvent[]) => events.map(event => Number(event.UnixTime)).sort()

/** How long each customer's word waited for the next of an agent, in seconds; Infinity: for ever. */
function waitsOf(events: readonly RawEvent[]): number[] {
  const waits: number[] = []
  let since: number | null = null
  for (const event of events) {
    if (event.Agent === 'User' && event.Action === 'utter') since ??= Number(event.UnixTime)
    if (!isAgents(event) || since === null) continue
    waits.push(Number(event.UnixTime) - since)
    since = null
  }
  return since === null ? waits : [...waits, Number.POSITIVE_INFINITY]
}

describe.runIf(there)('claims on the STAR dialogues', { timeout: 300_000 }, () => {
  let world: World
  let folder: string
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'tracedesk-star-disputes-'))
    const file = join(folder, 'star.ndjson')
    await convertStar(DIALOGUES, file)
    world = await createWorld()
    await world.node.textIndex.stop() // it follows in its own time and would take ours
    await importFile(world.node, {
      file,
      folder: join(world.dataDir, 'imports'),
      caller: operatorCaller(world.workspaceId),
    })
    await world.node.settle(120_000)
  }, 300_000)
  afterAll(async () => {
    await world?.end()
    rmSync(folder, { recursive: true, force: true })
  })

  test('"never replied" is answered for every conversation as a count over the source file says', async () => {
    const caller = await world.owner.caller()
    const matter = {
      workspaceId: world.workspaceId,
      kind: 'range' as const,
      conversationIds: [],
      customerIds: [],
      from: '2000-01-01T00:00:00.000000Z',
      to: '2030-01-01T00:00:00.000000Z',
    }
    const scope = { kind: 'all' as const, agentId: world.owner.id, bots: null }
    const search = {
      matter,
      caller,
      scope,
      claim: 'never_replied' as const,
      events: EVENTS_OF.never_replied,
      readsTexts: false,
    }
    const port = { db: world.node.databases.read, openTexts: async () => new Map() }
    const { entries, completeness } = await searchMatter(port, search)
    expect(completeness).toMatchObject({ complete: true, holes: 0, outOfScope: 0, capped: false })
    expect(completeness.entries).toBe(32_081 + 27_504 + 4_402)
    const context = {
      window: { from: null, to: null },
      agentId: null,
      now: '2030-01-01T00:00:00.000000Z',
      matches: () => false,
    }
    const bySource = await answeredByFirstWords()
    const verdicts = { supported: 0, contradicted: 0, not_found: 0 }
    const wrong: string[] = []
    for (const [id, conversation] of byConversation(entries)) {
      const finding = findFor({ kind: 'never_replied' }, conversation, context)
      const verdict = judgeClaim('never_replied', finding, completeness.complete)
      verdicts[verdict as keyof typeof verdicts]++
      const asked = conversation.find(entry => entry.event === 'message.received')
      if (!asked) continue
      // dialogues that began in the same second are told apart by their number alone: all or none may differ
      const expected = bySource.get(String(Date.parse(asked.at) / 1000)) ?? []
      if (!expected.includes(verdict === 'contradicted')) wrong.push(`${id}: ${verdict}`)
    }
    const source = await neverRepliedInSource()
    expect(wrong).toEqual([])
    expect(verdicts.supported).toBe(source.unanswered)
    expect(verdicts.contradicted).toBe(source.answered)
    expect(source.unanswered).toBeGreaterThan(0)
  })

  const everything = {
    kind: 'range' as const,
    conversationIds: [],
    customerIds: [],
    from: '2000-01-01T00:00:00.000000Z',
    to: '2030-01-01T00:00:00.000000Z',
  }
  /** Each text is opened once, for all the checks here. */
  const texts = new Map<string, Part>()
  const openTexts: OpenTexts = async (db, viewer, ids) => {
    const unread = ids.filter(id => !texts.has(id))
    for (const [id, part] of await openTextsFor(db, world.node.keys, viewer, unread)) texts.set(id, part)
    return new Map(ids.flatMap(id => (texts.has(id) ? [[id, texts.get(id) as Part]] : [])))
  }
  /** Checks a claim about all dialogues at once, as the product does it for a case. */
  async function check(claim: ClaimInput) {
    const port = {
      db: world.node.databases.read,
      openTexts,
      phrases: { groups: matchersOfGroups, words: matcherOfWords },
    }
    const caller = await world.owner.caller()
    const scope = { kind: 'all' as const, agentId: world.owner.id, bots: null }
    const matter = { ...everything, workspaceId: world.workspaceId }
    return checkMatter(port, { matter, caller, scope }, claim, null)
  }
  const secondsOfEntries = async (ids: readonly string[]) => {
    const rows = await world.asSuperuser<{ second: string }>(
      'select extract(epoch from at)::bigint as second from log_entry where entry_id = any($1::uuid[])',
      [ids],
    )
    return rows.map(({ second }) => Number(second)).sort()
  }

  test('"replied late" counts late, timely and missing answers as the times in the source file do', async () => {
    const waits = (await readRaw()).flatMap(waitsOf)
    const seconds = 60
    const { finding, completeness } = await check({ kind: 'replied_late', seconds })
    const late = waits.filter(wait => wait > seconds && wait !== Number.POSITIVE_INFINITY).length
    const never = waits.filter(wait => wait === Number.POSITIVE_INFINITY).length
    expect(completeness).toMatchObject({ complete: true, blindSpots: [], destroyed: 0 })
    expect([finding.for.length, finding.against.length]).toEqual([
      2 * late + never,
      waits.length - late - never,
    ])
    expect(late).toBeGreaterThan(0)
  })

  test.each([
    ['sorry', /\bsorry\b/i],
    ['IDIOT', /\bidiot\b/i],
  ])('"they wrote %s" finds the messages a plain search of the source file finds', async (word, pattern) => {
    const events = (await readRaw()).flat().filter(event => isAgents(event) && pattern.test(event.Text ?? ''))
    const { finding, completeness } = await check({ kind: 'wording', words: [word], phraseGroupIds: [] })
    expect(completeness.texts).toEqual({ read: 27_504 + 4_402, withheld: 0, erased: 0, missing: 0 })
    expect(await secondsOfEntries(finding.for)).toEqual(secondsOf(events))
    expect(events.length).toBeGreaterThan(0)
  })

  test.each([
    ['party_rsvp', 'party_confirm_rsvp'],
    ['party_plan', 'party_booking_failed'],
  ])(
    '"was promised": what the procedure %s says at the step %s is found wherever an agent took that step',
    async (task, label) => {
      const file = new URL(`tasks/${task}/responses.json`, new URL('.', `file://${DIALOGUES}`))
      const words = String(JSON.parse(readFileSync(file, 'utf8'))[label])
      const picked = (await readRaw()).flat().filter(event => event.ActionLabel === label)
      const { finding } = await check({ kind: 'promised', words: [words] })
      const rows = await world.asSuperuser<{ second: string; label: string | null }>(
        `select extract(epoch from at)::bigint as second, convert_from(leaf, 'UTF8')::json -> 'data' -> 'cannedReply' ->> 'key' as label
       from log_entry where entry_id = any($1::uuid[])`,
        [finding.for],
      )
      const ofLabel = rows.filter(row => row.label === label).map(({ second }) => Number(second))
      expect(ofLabel.sort()).toEqual(secondsOf(picked))
      expect(picked.length).toBeGreaterThan(0)
    },
  )

  test.each([
    { kind: 'unattended_transfer' },
    { kind: 'wrong_label', labelIds: [] },
    { kind: 'data_changed' },
    { kind: 'data_seen' },
  ] as ClaimInput[])(
    'what the source did not record is no proof that it did not happen: $kind',
    async claim => {
      const { finding, completeness } = await check(claim)
      expect(completeness).toMatchObject({ complete: false, holes: 0, blindSpots: ['imported'] })
      expect(judgeClaim(claim.kind, finding, completeness.complete)).toBe('inconclusive')
    },
  )

  test('a case over one of them says the same, with its entry as the proof', async () => {
    const [talk] = await world.asSuperuser<{ id: string }>(
      `select c.conversation_id as id from conversation c where not exists (select from message m
         where m.conversation_id = c.conversation_id and m.direction = 'out')
       and exists (select from message m where m.conversation_id = c.conversation_id and m.direction = 'in') limit 1`,
    )
    const { dispute } = await world.owner.do('dispute.open', {
      conversationId: talk?.id as never,
      title: 'Nobody answered',
    })
    const { check } = await world.owner.do('dispute.check_claim', {
      disputeId: dispute.id,
      claim: { kind: 'never_replied' },
    })
    expect(check.verdict).toBe('supported')
  })
})
