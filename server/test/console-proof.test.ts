import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { TrustFile } from '@tracedesk/proof/node'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { Witness } from '../src/edges/witness/witness.ts'
import { AnchorKeeper, noTelegram } from '../src/modules/anchors/index.ts'
import { canBrowse } from './support/browser.ts'
import { axe, GOOD_PRACTICE, openConsole, type Seat, type TestConsole } from './support/console.ts'
import { fillLedger } from './support/fill-ledger.ts'
import { destroyOldEntries, forgePending, loseAndStartEpoch } from './support/proof-log.ts'
import { createWorld, type World } from './support/world.ts'

vi.setConfig({ testTimeout: 180_000, hookTimeout: 120_000 })

/** One digit of the nonce, so that the leaf stays a leaf. */
const nonceAt = `position(convert_to('"nonce":"', 'UTF8') in leaf) + 9`
const changeByte = (world: World, at: number) =>
  world.asSuperuser(
    `update log_entry set leaf = set_byte(leaf, ${nonceAt}, get_byte(leaf, ${nonceAt}) # 1) where position = ${at}`,
  )

describe.skipIf(!canBrowse())('proof in the console', () => {
  interface Screen extends Seat {
    readonly world: World
    readonly site: TestConsole
  }

  /** A world of its own, with its owner looking at the Proof screen. */
  async function openProof(world: World, node = world.node): Promise<Screen> {
    const site = await openConsole(node)
    const seat = await site.signIn(world.owner, { at: '/proof' })
    return { world, site, ...seat }
  }
  async function close(screen: Screen | undefined): Promise<void> {
    await screen?.context.close()
    await screen?.site.end()
    await screen?.world.end()
  }

  describe('verifying a large log in the browser', () => {
    let screen: Screen
    let destroyed = 0
    let began = 0
    beforeAll(async () => {
      const world = await createWorld()
      destroyed = await destroyOldEntries(world, 600)
      await fillLedger(world.node, world.workspaceId, 52_000)
      began = (await loseAndStartEpoch(world, 10)).size
      const node = world.addNode()
      await node.start(0)
      await world.owner.do('label.create', { name: 'in the new epoch', colour: '#aabbcc' })
      await node.settle()
      screen = await openProof(world, node)
    })
    afterAll(() => close(screen))

    const verifyNow = () => screen.page.getByRole('button', { name: 'Verify now' }).click()
    const verdict = () => screen.page.locator('section', { hasText: 'Verify in this browser' }).last()

    test('shows how far it is and can be stopped, which decides nothing', async () => {
      const { page } = screen
      await verifyNow()
      const bar = page.getByRole('progressbar')
      await expect
        .poll(async () => Number(await bar.first().getAttribute('aria-valuenow')))
        .toBeGreaterThan(2)
      await page.getByRole('button', { name: 'Cancel' }).click()
      await page.getByText('Stopped. Nothing was decided.').waitFor()
      expect(await page.evaluate("Object.keys(localStorage).filter(key => key.includes('proof.'))")).toEqual(
        [],
      )
    })

    test('finds it in order, and says what retention destroyed and what a restore lost', async () => {
      await verifyNow()
      await verdict()
        .getByText(/entries are as they were sealed/)
        .waitFor({ timeout: 150_000 })
      const said = (await verdict().textContent()) ?? ''
      expect(said).toContain(`${destroyed} entries were destroyed by retention`)
      expect(said).toContain(
        `Epoch 2 began at position ${began.toLocaleString('en-US')} after a restore; 10 signed entries`,
      )
    })

    test('the next time it holds the log against what it saw, also when the key has changed since', async () => {
      await screen.world.owner.do('ledger.rotate_key', {})
      await screen.world.owner.do('label.create', { name: 'by the new key', colour: '#aabbcc' })
      await screen.world.nodes.at(-1)?.settle()
      await verifyNow()
      await verdict()
        .getByText(/still contains what this browser saw last time/)
        .waitFor({ timeout: 150_000 })
      await verdict().getByText('a key this browser had not seen').waitFor()
      expect(screen.errors).toEqual([])
    })

    test.each([
      ['a byte of an entry', 40_000, (world: World) => changeByte(world, 40_000)],
      [
        'an entry',
        30_001,
        (world: World) => world.asSuperuser('delete from log_entry where position = 30001'),
      ],
    ])(
      '%s changed behind everybody’s back is found at its position, whatever the browser had fetched before',
      async (_what, position, change) => {
        await screen.world.asSuperuser(
          'create table kept as select * from log_entry where position in (30001, 40000)',
        )
        await change(screen.world)
        await verifyNow()
        await verdict().getByText('The log is not intact').waitFor({ timeout: 150_000 })
        expect(await verdict().textContent()).toContain(
          `Position ${(position === 30_001 ? 29_952 : position).toLocaleString('en-US')}`,
        )
        await screen.world.asSuperuser('delete from log_entry where position in (30001, 40000)')
        await screen.world.asSuperuser('insert into log_entry select * from kept; drop table kept')
      },
    )
  })

  describe('the seal', () => {
    let screen: Screen
    let witness: Witness
    let isAway = false
    const outside = createServer(async (request, response) => {
      if (isAway) return void response.writeHead(503).end()
      const asked = /^\/([0-9a-f]{64})\/checkpoint$/.exec(request.url ?? '')?.[1]
      if (asked) return void response.end(witness.latest(asked) ?? '')
      const chunks: Buffer[] = []
      for await (const chunk of request) chunks.push(chunk as Buffer)
      const { status, body } = await witness.addCheckpoint(Buffer.concat(chunks).toString())
      response.writeHead(status).end(body)
    })

    beforeAll(async () => {
      await new Promise<void>(resolve => outside.listen(0, '127.0.0.1', resolve))
      const world = await createWorld()
      await world.node.anchors.stop()
      await fillLedger(world.node, world.workspaceId, 600)
      screen = await openProof(world)
    })
    afterAll(async () => {
      outside.closeAllConnections()
      outside.close()
      await close(screen)
    })

    const seal = () => screen.page.locator('a[href="/proof"][data-state]').first()
    const causes = () =>
      screen.page.locator('[data-cause]').evaluateAll(all => all.map(each => each.getAttribute('data-cause')))
    /** Seal and screen as they are after a look at the ledger. */
    async function shows(colour: string, expected: string[]): Promise<void> {
      await screen.page.reload()
      await expect.poll(() => seal().getAttribute('data-state')).toBe(colour)
      await expect.poll(causes).toEqual(expected)
      expect(await axe(screen.page, GOOD_PRACTICE)).toEqual([])
    }
    /** What the server does by itself a day later. */
    const verifyWhenDue = async () => {
      await screen.world.node.watch.verifyDue(Date.now() + 25 * 3_600_000)
      await screen.world.settle()
    }
    async function anchor(): Promise<void> {
      const { world } = screen
      const { databases, door, counter, options } = world.node
      const keeper = new AnchorKeeper({
        ...{ databases, door, log: options.log, nodeId: counter.nodeId, allowPrivate: true },
        ...{ workspaces: () => world.node.workspaces(), sendDocument: noTelegram },
      })
      await keeper.anchorDue(world.workspaceId, { now: true })
      await world.settle()
    }
    /** Makes what the log says look older, to whoever asks how long something has waited. */
    const age = (interval: string) =>
      screen.world.asSuperuser(`update log_entry set recorded_at = recorded_at - interval '${interval}'`)
    const young = () =>
      screen.world.asSuperuser(
        "update log_entry set recorded_at = (convert_from(leaf, 'UTF8')::jsonb ->> 'recordedAt')::timestamptz",
      )

    test('is amber while nobody outside confirms the log', async () => {
      await verifyWhenDue()
      await shows('warn', ['none'])
    })

    test('is green once a witness has, and the log is verified', async () => {
      const { world } = screen
      const { keys } = await world.owner.ask('ledger.anchors')
      const { origin } = await world.owner.ask('ledger.state')
      const trust: TrustFile = { origin, keys, witnesses: [] }
      witness = await Witness.open({
        folder: join(world.dataDir, 'witness'),
        name: 'w.example',
        trust: () => [trust],
      })
      const url = `http://127.0.0.1:${(outside.address() as AddressInfo).port}`
      await world.owner.do('setting.change', { key: 'anchor.witnesses', value: `${url} ${witness.vkey}` })
      await world.settle()
      await anchor()
      await shows('good', [])
    })

    test('one entry is verified from its bytes and the proof of its place, and other bytes are found out', async () => {
      const { world, page } = screen
      const [row] = await world.asSuperuser<{ id: string; position: string }>(
        "select entry_id as id, position from log_entry where event = 'agent.joined' order by position limit 1",
      )
      const look = async () => {
        await page.goto(page.url().replace(/\/(proof|log).*$/, `/log?entry=${row?.id}`))
        await page.getByRole('button', { name: 'Verify in this browser' }).click()
      }
      await look()
      await page.getByText(/Verified here: these bytes are at position/).waitFor()
      await changeByte(world, Number(row?.position))
      await look()
      await page.getByText(/Not verified: the entry is not in the signed log/).waitFor()
      await changeByte(world, Number(row?.position))
      await page.goto(page.url().replace(/\/log.*$/, '/proof'))
    })

    test('is amber when the witness fails, and when it is overdue', async () => {
      isAway = true
      await screen.world.owner.do('label.create', { name: 'unconfirmed', colour: '#aabbcc' })
      await screen.world.settle()
      await anchor()
      await shows('warn', ['failing'])
      await age('3 hours')
      await shows('warn', ['failing', 'overdue'])
      await young()
      isAway = false
      await anchor()
      await shows('good', [])
    })

    test('is amber when the last verification is old, and green after the next', async () => {
      await screen.world.asSuperuser(
        "update log_entry set at = at - interval '3 days' where event = 'ledger.verified'",
      )
      await shows('warn', ['unverified'])
      await screen.world.asSuperuser(
        "update log_entry set at = at + interval '3 days' where event = 'ledger.verified'",
      )
      await screen.page.getByRole('button', { name: 'Verify on the server' }).click()
      await screen.page.getByText(/Nothing wrong in/).waitFor()
      await shows('good', [])
    })

    test('is red when the scheduled verification finds a changed entry, and says which and where', async () => {
      const { world, page } = screen
      await changeByte(world, 400)
      await verifyWhenDue()
      await shows('bad', ['broken'])
      const alarm = page.getByRole('alert').first()
      expect(await alarm.textContent()).toMatch(/an entry was changed · Position 400/)
      expect(await seal().textContent()).toContain('Alarm')
      await page.goto(page.url().replace('/proof', '/inbox'))
      await expect.poll(() => seal().getAttribute('data-state')).toBe('bad')
      await seal().click()
      await page.waitForURL(/proof/)
      await changeByte(world, 400)
      await verifyWhenDue()
      await shows('good', [])
    })

    test('is red when the signer refuses, in its words', async () => {
      const { world } = screen
      await world.asSuperuser(
        "insert into log_signer (workspace_id, epoch, vkey, from_size) select workspace_id, epoch, 'stranger+00000000+AAAA', size from log_head",
      )
      await world.owner.do('label.create', { name: 'for a strange key', colour: '#aabbcc' })
      await expect.poll(() => world.node.checkpoints.problem(world.workspaceId)).toBe('other_key')
      await shows('bad', ['signer'])
      await world.asSuperuser("delete from log_signer where vkey like 'stranger%'")
      await world.owner.do('label.create', { name: 'for its own key', colour: '#aabbcc' })
      await expect.poll(() => world.node.checkpoints.problem(world.workspaceId)).toBeNull()
      await world.settle()
      await shows('good', [])
    })

    test('is amber when entries wait for a signature, which nobody gives', async () => {
      const { world } = screen
      await world.node.checkpoints.stop()
      await world.owner.do('label.create', { name: 'unsigned', colour: '#aabbcc' })
      await expect.poll(async () => (await world.asSuperuser('select 1 from log_pending')).length).toBe(0)
      await age('2 minutes')
      await shows('warn', ['unsigned'])
      await young()
      await world.node.checkpoints.signHead(world.workspaceId)
      await anchor()
      await world.node.checkpoints.signHead(world.workspaceId)
      await shows('good', [])
    })

    test('is red when somebody puts a forged entry in front of the ledger, also when nothing else is wrong', async () => {
      const { world } = screen
      await forgePending(world)
      await expect.poll(async () => (await world.asSuperuser('select 1 from log_rejected')).length).toBe(1)
      await shows('bad', ['rejected'])
      await verifyWhenDue()
      await shows('bad', ['broken', 'rejected'])
      expect(await screen.page.getByRole('alert').first().textContent()).toContain(
        'a forged entry was put aside',
      )
    })

    test('is as green as before once somebody has acknowledged that, with a reason that stays on the page', async () => {
      const { page } = screen
      await page.getByRole('button', { name: 'Acknowledge…' }).click()
      await page.getByRole('dialog').getByRole('textbox').fill('An exercise of our auditors')
      await page.getByRole('dialog').getByRole('button', { name: 'Acknowledge…' }).click()
      const finding = page.locator('li', { hasText: 'Acknowledged by' })
      await finding.getByText('An exercise of our auditors').waitFor()
      await expect.poll(() => seal().getAttribute('data-state')).toBe('good')
      await screen.world.settle()
      await anchor()
      await shows('good', [])
      await finding.getByText('An exercise of our auditors').waitFor()
    })
  })
})
