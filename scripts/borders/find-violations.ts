import { existsSync, readdirSync } from 'node:fs'
import { registerHooks } from 'node:module'
import { join } from 'node:path'
import { BORDER_RULES } from './rules.ts'

export interface Violation {
  readonly rule: string
  readonly from: string
  readonly to: string
  readonly advice: string
}

const FOLDERS = ['packages', 'server', 'web', 'scripts', 'bench']

// dependency-cruiser reads TypeScript through TypeScript's own programming interface, which version 7 does not
// offer; with it, it would see nothing and approve of everything. It gets version 6, which is installed for it.
registerHooks({
  resolve: (specifier, context, next) => {
    const theirs = context.parentURL?.includes('/node_modules/dependency-cruiser/') ?? false
    const renamed =
      theirs && /^typescript(\/|$)/.test(specifier)
        ? specifier.replace('typescript', 'typescript-for-borders')
        : specifier
    return next(renamed, context)
  },
})

/**
 * Checks every import below `root` against the border rules. Throws when fewer files were seen than there
 * are, so that a tool gone blind does not pass for a clean house.
 */
export async function findViolations(root: string): Promise<{ files: number; violations: Violation[] }> {
  const { cruise } = await import('dependency-cruiser')
  const folders = FOLDERS.filter(folder => existsSync(join(root, folder)))
  const { output } = await cruise(
    folders,
    {
      baseDir: root,
      ruleSet: { forbidden: BORDER_RULES.map(rule => ({ ...rule })) },
      validate: true,
      doNotFollow: { path: 'node_modules' },
      exclude: { path: '(^|/)(dist|coverage)/' },
      // Imports of types count as well: they too say who knows whom.
      tsPreCompilationDeps: true,
    },
    { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default'] },
  )
  if (typeof output === 'string')
    throw new Error('dependency-cruiser answered with text instead of a result.')
  const seen = new Set(output.modules.map(({ source }) => source))
  const unseen = folders.flatMap(folder => listSources(root, folder)).filter(file => !seen.has(file))
  if (unseen.length > 0)
    throw new Error(`The border check did not see ${unseen.length} files, such as ${unseen[0]}.`)
  const violations = output.summary.violations.map(({ rule, from, to }) => ({
    rule: rule.name,
    from,
    to,
    advice: BORDER_RULES.find(({ name }) => name === rule.name)?.comment ?? '',
  }))
  return { files: seen.size, violations }
}

function listSources(root: string, folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap(entry => {
    const path = `${folder}/${entry.name}`
    if (entry.isDirectory())
      return ['node_modules', 'dist', 'coverage'].includes(entry.name) ? [] : listSources(root, path)
    return /[.]tsx?$/.test(entry.name) ? [path] : []
  })
}
