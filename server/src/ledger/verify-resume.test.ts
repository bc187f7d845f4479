import { spawn } from 'node:child_process'
import { copyFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { fillLedger } from '../../test/support/fill-ledger.ts'
import { createWorld, TEST_SECRET, TEST_SECRET_BYTES, type World } from '../../test/support/world.ts'
import { SubjectKeys } from './subject-keys.ts'
import { type LedgerReport, type VerifyOptions, verifyLedger } from './verify.ts'

const PROGRAM = fileURLToPath(new URL('../../test/support/verify-process.ts', import.meta.url))
const SLICE = 16_384

const BEND_TILES =
  'update log_tile set hashes = set_byte(hashes, 40, get_byte(hashes, 40) # 1) where level = 0 and index in (2, 150)'

let world: World
let file: string
/** A state that a killed process left after its second slice. */
let left: string

const note = async (talk: string, text: string) =>
  world.owner.do('note.add', { conversationId: talk as never, text, scope: 'team' })

beforeAll(async () => {
  world = await createWorld()
  file = join(world.dataDir, 'verify.state')
  left = join(world.dataDir, 'left.state')
  const talk = await world.conversation({ name: 'Carla', assignee: world.owner.id })
  for (let i = 0; i < 5; i++) await note(talk.id, `early ${i}`)
  await world.settle()
  await fillLedger(world.node, world.workspaceId, 3 * SLICE)
  for (let i = 0; i < 5; i++) await note(talk.id, `late ${i}`)
  await world.settle()
  await world.node.sequencer.stop()
  await world.node.checkpoints.stop()
  // Something to find on both sides of where it will be cut: columns, a tile, a part, and a hole in a conversation.
  await world.asSuperuser(`update log_entry set source = 'cli' where position in (100, ${2 * SLICE + 100});
    ${BEND_TILES};
    delete from log_part where entry_id = (select entry_id from log_entry where event = 'note.added' order by position limit 1);
    update log_counter set count = count + 1`)
  await killed(2)
  copyFileSync(file, left)
}, 120_000)
afterAll(() => world.end())

/** Verifies in another process, which is killed with SIGKILL once it has kept so many slices. */
async function killed(stopAfter: number): Promise<{ done: number; of: number }> {
  rmSync(file, { force: true })
  const { targets, workspaceId } = world
  const task = {
    targets,
    workspaceId,
    secret: TEST_SECRET_BYTES.toString('hex'),
    file,
    version: 'test',
    stopAfter,
  }
  const child = spawn(process.execPath, [PROGRAM, JSON.stringify(task)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let said = ''
  for await (const chunk of child.stdout) {
    said += String(chunk)
    if (said.split('\n').length > stopAfter) child.kill('SIGKILL')
  }
  const lines = said.trim().split('\n')
  expect(lines).toHaveLength(stopAfter)
  return JSON.parse(lines.at(-1) ?? '{}')
}

async function verify(options: Partial<VerifyOptions> = {}): Promise<LedgerReport> {
  await world.asSuperuser('delete from log_pending') // what the node records by itself meanwhile
  return verifyLedger({
    databases: world.node.databases,
    workspaceId: world.workspaceId,
    secret: TEST_SECRET,
    openPartsWith: new SubjectKeys(TEST_SECRET),
    ...options,
  })
}

const resume = (options: Partial<VerifyOptions> = {}, version = 'test') =>
  verify({ resume: { file, version }, ...options })

const withoutTime = ({ seconds: _, resumed: __, ...report }: LedgerReport) => report

describe('a verification that was killed', () => {
  test('goes on where it stopped, and its report is that of one that never was', async () => {
    const whole = await verify()
    expect(whole.findings.map(({ verdict }) => verdict)).toEqual(
      expect.arrayContaining([
        'column_mismatch',
        'tile_mismatch',
        'part_missing',
        'conversation_counter_wrong',
      ]),
    )
    expect(whole.resumed).toBeNull()
    for (const slices of [1, 4, 6]) {
      const { done, of } = await killed(slices)
      expect(done).toBe(Math.min(slices * SLICE, of))
      const rest = await resume()
      expect(withoutTime(rest)).toEqual(withoutTime(whole))
      expect(rest.resumed?.position).toBe(done)
      expect(existsSync(file)).toBe(false)
    }
  }, 180_000)

  test('goes on when Ctrl-C stops it again and again', async () => {
    rmSync(file, { force: true })
    const whole = await verify()
    let stops = 0
    for (;;) {
      const stop = new AbortController()
      const report = await resume({ signal: stop.signal, onProgress: () => stop.abort() }).catch(error => {
        expect(stop.signal.aborted).toBe(true)
        expect(error).toBe(stop.signal.reason)
        return null
      })
      if (!report) {
        stops++
        continue
      }
      expect(stops).toBeGreaterThan(4)
      expect(withoutTime(report)).toEqual(withoutTime(whole))
      return
    }
  }, 180_000)
})

describe('a state is refused', () => {
  const refused = async (code: string, bytes: Uint8Array, version?: string) => {
    writeFileSync(file, bytes)
    await expect(resume({}, version)).rejects.toMatchObject({ code })
    expect(readFileSync(file).equals(bytes), 'it is left as it was').toBe(true)
  }
  const changed = (at: number) => {
    const bytes = readFileSync(left)
    bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at)
    return bytes
  }

  test('when a byte of it was changed, wherever', async () => {
    const { length } = readFileSync(left)
    for (const at of [0, 10]) await refused('resume.unreadable', changed(at))
    for (const at of [26, 57, 58, 62, 100, Math.floor(length / 2), length - 1])
      await refused('resume.tampered', changed(at))
  })
  test('when it is cut short, or is something else', async () => {
    const bytes = readFileSync(left)
    for (const length of [0, 5, 40, 61]) await refused('resume.unreadable', bytes.subarray(0, length))
    for (const length of [62, bytes.length - 20]) await refused('resume.tampered', bytes.subarray(0, length))
    await refused('resume.unreadable', Buffer.from('{"position":5}'))
  })
  test('when other software wrote it', () => refused('resume.other_version', readFileSync(left), '9.9.9'))
  test('when it is of another workspace', async () => {
    copyFileSync(left, file)
    const workspaceId = '01a2067a-78ce-7070-bbb1-a41cefc5b5f7'
    await world.asSuperuser(
      `insert into log_head select (jsonb_populate_record(h, '{"workspace_id": "${workspaceId}"}')).* from log_head h`,
    )
    await expect(resume({ workspaceId })).rejects.toMatchObject({ code: 'resume.other_workspace' })
    await world.asSuperuser(`delete from log_head where workspace_id = '${workspaceId}'`)
  })
  test('when the head is another than it began with: of another root, smaller, or in another epoch', async () => {
    await world.asSuperuser('create table kept_head as select * from log_head')
    for (const change of [
      'root = set_byte(root, 0, get_byte(root, 0) # 1)',
      'size = size - 1',
      'epoch = 2',
      `origin = 'elsewhere'`,
    ]) {
      copyFileSync(left, file)
      await world.asSuperuser(`update log_head set ${change}`)
      await expect(resume(), change).rejects.toMatchObject({ code: 'resume.other_head' })
      await world.asSuperuser('delete from log_head; insert into log_head select * from kept_head')
    }
  })
})

test('a log that has grown meanwhile is verified to its present head, by what was signed meanwhile as well', async () => {
  await world.asSuperuser(BEND_TILES) // a second time puts them right: a tree is continued only from tiles that fit
  await killed(2)
  for (let i = 0; i < 300; i++) await world.owner.do('label.create', { name: `more ${i}`, colour: '#aabbcc' })
  await world.settle()
  await world.node.checkpoints.signHead(world.workspaceId)
  const whole = await verify({ signerFolder: `${world.dataDir}/signer` })
  const rest = await resume({ signerFolder: `${world.dataDir}/signer` })
  expect(withoutTime(rest)).toEqual(withoutTime(whole))
  expect(rest.resumed?.position).toBe(2 * SLICE)
  expect(rest.size).toBeGreaterThan(3 * SLICE + 300)
})

test('a log whose tiles all disagree lists a hundred of them and counts every one', async () => {
  const bendAll = BEND_TILES.replace(' and index in (2, 150)', '')
  const before = (await verify()).findingCount
  await world.asSuperuser(bendAll)
  const { findings, findingCount, size } = await verify()
  expect(findings.filter(({ verdict }) => verdict === 'tile_mismatch').length).toBeGreaterThan(50)
  expect(findings).toHaveLength(100)
  expect(findingCount).toBeGreaterThanOrEqual(before + Math.floor(size / 256))
  await world.asSuperuser(bendAll)
  expect((await verify()).findingCount).toBe(before)
})
