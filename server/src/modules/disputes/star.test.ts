import { createReadStream, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { createGunzip } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { convertStar } from '../../../../scripts/star-to-ndjson.ts'
import { createWorld, type World } from '../../../test/support/world.ts'
import { operatorCaller } from '../../command/caller.ts'
import { importFile } from '../imports/index.ts'
import { byConversation } from './claims/claim-entry.ts'
import { EVENTS_OF, findFor, judgeClaim } from './claims/index.ts'
import { searchMatter } from './search.ts'

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

describe.runIf(there)('"never replied" on the STAR dialogues', { timeout: 300_000 }, () => {
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

  test('is answered for every conversation as a count over the source file says', async () => {
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
