import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { findViolations } from './find-violations.ts'
import { BORDER_RULES } from './rules.ts'

const PACKAGES = ['packages/contracts/src/index.ts', 'packages/proof/src/index.ts']

type Tree = Record<string, string>

/** Writes a small house: each file imports the paths listed for it, relative to the root or by package name. */
async function inspect(imports: Record<string, string[]>, contents: Tree = {}) {
  const root = mkdtempSync(join(tmpdir(), 'tracedesk-borders-'))
  onTestFinished(() => rmSync(root, { recursive: true, force: true }))
  const targets = Object.values(imports)
    .flat()
    .filter(path => /^(packages|server|web|scripts)\//.test(path))
  for (const path of new Set([...PACKAGES, ...targets, ...Object.keys(imports)])) {
    const lines = (imports[path] ?? []).map(
      (target, index) => `import { x as x${index} } from '${relate(path, target)}'\nx${index}()`,
    )
    write(join(root, path), `${lines.join('\n')}\nexport const x = () => {}\n`)
  }
  for (const [path, text] of Object.entries(contents)) write(join(root, path), text)
  for (const name of ['zod', 'kysely'])
    write(join(root, 'node_modules', name, 'index.js'), 'export const x = () => {}\n')
  for (const name of ['contracts', 'proof']) {
    write(
      join(root, 'packages', name, 'package.json'),
      JSON.stringify({ name: `@tracedesk/${name}`, exports: './src/index.ts' }),
    )
    mkdirSync(join(root, 'node_modules/@tracedesk'), { recursive: true })
    symlinkSync(join(root, 'packages', name), join(root, 'node_modules/@tracedesk', name))
  }
  const { violations } = await findViolations(root)
  return [...new Set(violations.map(({ rule }) => rule))]
}

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
}

function relate(from: string, to: string): string {
  if (!to.includes('/src/') && !to.includes('/test/')) return to
  return `${'../'.repeat(from.split('/').length - 1)}${to}`
}

const FORBIDDEN: Record<string, [from: string, to: string]> = {
  'kernel-looks-up-only': ['server/src/kernel/clock.ts', 'server/src/db/pool.ts'],
  'db-looks-up-only': ['server/src/db/pool.ts', 'server/src/command/execute.ts'],
  'ledger-looks-up-only': ['server/src/ledger/append.ts', 'server/src/work/queue.ts'],
  'work-looks-up-only': ['server/src/work/queue.ts', 'server/src/modules/team/index.ts'],
  'command-looks-up-only': ['server/src/command/execute.ts', 'server/src/modules/team/index.ts'],
  'modules-looks-up-only': ['server/src/modules/team/index.ts', 'server/src/edges/http/index.ts'],
  'edges-looks-up-only': ['server/src/edges/http/index.ts', 'server/src/demo/telegram.ts'],
  'nobody-imports-main': ['server/src/demo/people.ts', 'server/src/main.ts'],
  'modules-by-the-front-door': [
    'server/src/modules/quality/review.ts',
    'server/src/modules/conversations/store.ts',
  ],
  'visitors-use-the-front-door': ['server/src/edges/http/index.ts', 'server/src/modules/team/store.ts'],
  'team-knows-nobody': ['server/src/modules/team/invite.ts', 'server/src/modules/conversations/index.ts'],
  'conversations-knows-only-team': [
    'server/src/modules/conversations/assign.ts',
    'server/src/modules/quality/index.ts',
  ],
  'modules-react-to-events': ['server/src/modules/quality/review.ts', 'server/src/modules/reports/index.ts'],
  'holds-know-only-the-desk': ['server/src/modules/holds/holds.ts', 'server/src/modules/customers/index.ts'],
  'proof-depends-on-nothing': ['packages/proof/src/node.ts', '@tracedesk/contracts'],
  'proof-runs-in-browsers': ['packages/proof/src/tree.ts', 'node:crypto'],
  'contracts-are-schemas-only': ['packages/contracts/src/index.ts', 'kysely'],
  'web-imports-only-packages': ['web/src/app/page.tsx', 'server/src/kernel/clock.ts'],
  'server-knows-no-web': ['server/src/edges/http/index.ts', 'web/src/app/page.tsx'],
  'features-never-meet': ['web/src/features/log/page.tsx', 'web/src/features/conversations/api.ts'],
  'shared-serves-all': ['web/src/shared/button.tsx', 'web/src/features/log/page.tsx'],
  'tests-stay-outside': ['server/src/kernel/clock.ts', 'server/test/support/world.ts'],
  'imports-lead-somewhere': ['server/src/kernel/clock.ts', 'no-such-package'],
}

test.for(Object.entries(FORBIDDEN))('%s is awake', async ([rule, [from, to]]) => {
  expect(await inspect({ [from]: [to] })).toEqual([rule])
})

test('no-cycles is awake, for imports of types as well', async () => {
  const [a, b] = ['server/src/kernel/a.ts', 'server/src/kernel/b.ts']
  expect(await inspect({ [a]: [b], [b]: [a] })).toEqual(['no-cycles'])
  const types = {
    [a]: "import type { B } from './b.ts'\nexport type A = B[]\n",
    [b]: "import type { A } from './a.ts'\nexport type B = A | 1\n",
  }
  expect(await inspect({}, types)).toEqual(['no-cycles'])
})

test('a border is seen through a type import, a re-export and a dynamic import', async () => {
  const target = { 'server/src/db/pool.ts': 'export interface Pool {}\nexport const x = 1\n' }
  for (const line of [
    "import type { Pool } from '../db/pool.ts'\nexport type P = Pool",
    "export { x } from '../db/pool.ts'",
    "export const x = () => import('../db/pool.ts')",
  ]) {
    expect(await inspect({}, { ...target, 'server/src/kernel/clock.ts': `${line}\n` })).toEqual([
      'kernel-looks-up-only',
    ])
  }
})

test('a house in order is let pass', async () => {
  const order = {
    'packages/contracts/src/index.ts': ['zod'],
    'packages/proof/src/node.ts': ['node:crypto', 'packages/proof/src/tree.ts'],
    'server/src/kernel/clock.ts': ['@tracedesk/contracts', 'node:fs'],
    'server/src/ledger/append.ts': [
      '@tracedesk/proof',
      'server/src/db/pool.ts',
      'server/src/kernel/clock.ts',
    ],
    'server/src/modules/team/index.ts': ['server/src/command/execute.ts', 'server/src/modules/team/store.ts'],
    'server/src/modules/conversations/assign.ts': ['server/src/modules/team/index.ts'],
    'server/src/modules/quality/review.ts': [
      'server/src/modules/team/index.ts',
      'server/src/modules/conversations/index.ts',
    ],
    'server/src/edges/http/index.ts': ['server/src/modules/quality/index.ts'],
    'server/src/demo/people.ts': ['server/src/edges/http/index.ts'],
    'server/src/main.ts': ['server/src/demo/people.ts', 'server/src/edges/http/index.ts'],
    'server/src/kernel/clock.test.ts': ['server/test/support/world.ts', 'server/src/command/execute.ts'],
    'server/test/support/world.ts': ['server/src/edges/http/index.ts'],
    'web/src/app/page.tsx': ['web/src/features/log/page.tsx', '@tracedesk/contracts'],
    'web/src/features/log/page.tsx': ['web/src/shared/button.tsx'],
  }
  expect(await inspect(order)).toEqual([])
})

test('each rule has a sample here that must fail, and advice', () => {
  expect([...Object.keys(FORBIDDEN), 'no-cycles'].sort()).toEqual(BORDER_RULES.map(({ name }) => name).sort())
  for (const { name, comment } of BORDER_RULES) expect(comment, name).toMatch(/^.{20,}[.]$/)
})
