import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { convertStar } from '../../../../scripts/star-to-ndjson.ts'
import { createWorld, TEST_SECRET_BYTES, type World } from '../../../test/support/world.ts'
import { operatorCaller } from '../../command/caller.ts'
import { verifyLedger } from '../../ledger/verify.ts'
import { importFile } from './index.ts'

const DIALOGUES = fileURLToPath(
  new URL('../../../../../shared/data/star/dialogues.jsonl.gz', import.meta.url),
)
const PROGRAM = fileURLToPath(new URL('../../../test/support/import-process.ts', import.meta.url))
const there = existsSync(DIALOGUES)
if (!there)
  process.stderr.write(`SKIPPED: the STAR dialogues are not at ${DIALOGUES}; their import is not tested.\n`)

describe.runIf(there)('the STAR dialogues', { timeout: 120_000 }, () => {
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
})
