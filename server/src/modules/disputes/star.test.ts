import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { ClaimInput, Part } from '@tracedesk/contracts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { convertStar } from '../../../../scripts/star-to-ndjson.ts'
import {
  answeredByFirstWords,
  DIALOGUES,
  isAgents,
  neverRepliedInSource,
  readRaw,
  secondsOf,
  starIsThere,
  waitsOf,
} from '../../../test/support/star-source.ts'
import { createWorld, TEST_SECRET_BYTES, type World } from '../../../test/support/world.ts'
import { operatorCaller } from '../../command/caller.ts'
import { verifyLedger } from '../../ledger/verify.ts'
import { importFile } from '../imports/index.ts'
import { openTextsFor } from '../log/index.ts'
import { matcherOfWords, matchersOfGroups } from '../moderation/index.ts'
import { checkMatter } from './check.ts'
import { byConversation } from './claims/claim-entry.ts'
import { EVENTS_OF, findFor, judgeClaim } from './claims/index.ts'
import { type OpenTexts, searchMatter } from './search.ts'

const PROGRAM = fileURLToPath(new URL('../../../test/support/import-process.ts', import.meta.url))

// One file and one world for the import and for the claims: the import is what takes long.
describe.runIf(starIsThere())('the STAR dialogues', { timeout: 300_000 }, () => {
  let world: World
  let folder: string
  let file: string
  let lines: number
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'tracedesk-star-'))
    file = join(folder, 'star.ndjson')
    const converted = await convertStar(DIALOGUES, file)
    expect(converted.dialogues).toBe(4_295)
    lines = converted.lines
    world = await createWorld()
    await world.node.textIndex.stop() // it follows in its own time and would take ours
  })
  afterAll(async () => {
    await world.end()
    rmSync(folder, { recursive: true, force: true })
  })

  const importHere = () =>
    importFile(world.node, {
      file,
      folder: join(world.dataDir, 'imports'),
      caller: operatorCaller(world.workspaceId),
    })
  const count = async (query: string) =>
    Number((await world.asSuperuser<{ n: number }>(`select count(*) as n from ${query}`))[0]?.n)
  const imported = () =>
    count(
      `log_entry where source = 'import' and event not in ('customer.created', 'agent.invited', 'department.created')`,
    )

  test('an import that is killed goes on where it was', async () => {
    const child = spawn(
      process.execPath,
      [
        PROGRAM,
        JSON.stringify({
          targets: world.targets,
          dataDir: world.dataDir,
          workspaceId: world.workspaceId,
          secret: TEST_SECRET_BYTES.toString('hex'),
          file,
        }),
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    )
    const ended = new Promise(resolve => child.once('close', resolve))
    let told = 0
    for await (const line of createInterface({ input: child.stdout })) {
      told = JSON.parse(line).lines
      if (told >= 20_000) break
    }
    child.kill('SIGKILL')
    await ended
    expect(told).toBeLessThan(lines)
    const before = await imported()
    expect(before).toBeGreaterThanOrEqual(20_000)
    expect(before).toBeLessThan(lines)

    const result = await importHere()
    expect(result).toMatchObject({ state: 'completed', lines, imported: lines, rejected: 0 })
  })

  test('every line is one entry, every dialogue one conversation', async () => {
    await world.settle()
    expect(await imported()).toBe(lines)
    expect(await count('conversation')).toBe(4_295)
    expect(await count(`message where direction = 'in'`)).toBe(32_081)
    expect(await count(`message where direction = 'out'`)).toBe(27_504 + 4_402)
    expect(await count(`conversation where status = 'resolved'`)).toBeGreaterThan(3_800)
  })

  test('the ledger verifies, every part opened', async () => {
    const report = await verifyLedger({
      databases: world.node.databases,
      workspaceId: world.workspaceId,
      signerFolder: join(world.dataDir, 'signer'),
      openPartsWith: world.node.keys,
    })
    expect(report.findings).toEqual([])
    expect(report).toMatchObject({ verdict: 'ok' })
    expect(report.checkedEntries).toBeGreaterThan(lines)
  })

  test('the same file again adds nothing', async () => {
    const before = await count('log_entry')
    const again = await importHere()
    expect(again).toMatchObject({ state: 'known', imported: 0, repeated: lines })
    await world.settle()
    expect(await count('log_entry')).toBe(before)
  })

  describe('claims about them', () => {
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
    ])(
      '"they wrote %s" finds the messages a plain search of the source file finds',
      async (word, pattern) => {
        const events = (await readRaw())
          .flat()
          .filter(event => isAgents(event) && pattern.test(event.Text ?? ''))
        const { finding, completeness } = await check({ kind: 'wording', words: [word], phraseGroupIds: [] })
        expect(completeness.texts).toEqual({ read: 27_504 + 4_402, withheld: 0, erased: 0, missing: 0 })
        expect(await secondsOfEntries(finding.for)).toEqual(secondsOf(events))
        expect(events.length).toBeGreaterThan(0)
      },
    )

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
})
