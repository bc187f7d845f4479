import { afterAll, beforeAll, expect, test } from 'vitest'
import { createDesk, type Desk } from '../../../test/support/desk.ts'
import { TEST_SECRET } from '../../../test/support/world.ts'
import { AnchorKeeper } from '../../modules/anchors/index.ts'
import { createSendDocument } from './send-document.ts'

let desk: Desk
let keeper: AnchorKeeper
beforeAll(async () => {
  desk = await createDesk()
  desk.addGateway()
  await desk.world.node.anchors.stop() // only the tests ask
  const { databases, door, counter, options } = desk.world.node
  keeper = new AnchorKeeper({
    databases,
    door,
    log: options.log,
    nodeId: counter.nodeId,
    workspaces: () => desk.world.node.workspaces(),
    allowPrivate: true,
    sendDocument: createSendDocument({ databases, secret: TEST_SECRET, apiRoot: desk.telegram.apiRoot }),
  })
  await desk.world.settle()
})
afterAll(() => desk.end())

const setChat = (chat: string | number) =>
  desk.owner.do('setting.change', { key: 'anchor.telegram_chat', value: String(chat) })
async function anchor() {
  await desk.world.settle()
  await keeper.anchorDue(desk.world.workspaceId, { now: true })
  const { items } = await desk.owner.ask('ledger.anchors')
  return items.find(item => item.kind === 'telegram')
}

test('without a connected bot the anchor fails by name', async () => {
  await setChat('@nobody_here')
  expect((await anchor())?.failure?.code).toBe('no_bot')
})

test('the signed note is sent as a document by the bot that may write there, and its message is kept', async () => {
  await desk.connect('A stranger to the channel')
  const bot = await desk.connect('Desk')
  const maya = desk.telegram.createUser({ firstName: 'Maya' })
  const group = desk.telegram.createGroup({ title: 'Ledger', members: [maya, bot] })
  await setChat(group.id)
  const state = await anchor()
  expect(state?.failure).toBeNull()
  const [row] = await desk.world.asSuperuser<{ proof: Buffer; note: string }>(
    "select proof, note from log_anchor join log_checkpoint using (workspace_id, epoch, size) where kind = 'telegram' and size = $1",
    [state?.size],
  )
  const kept = JSON.parse(String(row?.proof))
  expect(kept).toMatchObject({ chat: String(group.id), botId: bot.botId })
  expect(kept.messageId).toBeGreaterThan(0)
  const sent = desk.telegram.calls({ method: 'sendDocument', botId: bot.id })
  expect(sent).toHaveLength(1)
  const caption = String(row?.note).split('\n').slice(0, 3).join('\n')
  expect(JSON.stringify(sent[0])).toContain(JSON.stringify(caption).slice(1, -1))
})

test('a chat that refuses, and a Telegram that does not answer, are told apart; no token is in what is thrown', async () => {
  await setChat(-1009999)
  expect((await anchor())?.failure?.code).toBe('chat_refused')
  const { databases } = desk.world.node
  const send = createSendDocument({ databases, secret: TEST_SECRET, apiRoot: 'http://127.0.0.1:1' })
  const file = { name: 'n.txt', content: Buffer.from('x'), caption: 'x' }
  const error: unknown = await send(desk.world.workspaceId, '1', file).catch(thrown => thrown)
  expect(error).toMatchObject({ problem: 'unreachable' })
  expect(`${(error as Error).stack}${(error as Error).cause}`).not.toMatch(/\d{5,}:[A-Za-z0-9_-]{30,}/)
})
