import { afterAll, beforeAll, expect, test } from 'vitest'
import { hammer } from './support/hammer.ts'
import { createWorld, TEST_SECRET_BYTES, type World } from './support/world.ts'

let world: World
beforeAll(async () => {
  world = await createWorld()
})
afterAll(() => world.end())

// The same for 60 seconds: npm run bench hammer
test('writers, readers who verify while they write, and processes killed: nothing lost, twice or unverifiable', async () => {
  const result = await hammer({
    node: world.node,
    targets: world.targets,
    secret: TEST_SECRET_BYTES.toString('hex'),
    workspaceId: world.workspaceId,
    seconds: 8,
    processes: 2,
    killEverySeconds: 2.5,
  })
  expect(result).toMatchObject({ lost: 0, duplicated: 0, unverifiable: 0, findings: [] })
  expect(result.acknowledged).toBeGreaterThan(20)
  expect(result.kills).toBeGreaterThanOrEqual(2)
  expect(result.verifications).toBeGreaterThan(1)
  expect(result.proofs).toBeGreaterThan(10)
}, 90_000)
