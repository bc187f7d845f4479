import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { CATALOGUE, COMMANDS, ERROR_CODES, QUERIES, ROLE_PERMISSIONS } from '@tracedesk/contracts'
import { afterAll, describe, expect, test } from 'vitest'
import { describeEvents, EVENTS_PAGE } from '../../scripts/generate-events-page.ts'
import { runCli } from '../src/edges/cli/run-cli.ts'
import { START_ERROR_CODES } from '../src/kernel/start-error.ts'
import { RESUME_CODES } from '../src/ledger/resume-error.ts'
import { SIGNER_REFUSALS } from '../src/ledger/signer.ts'
import { LEDGER_VERDICTS } from '../src/ledger/verify-findings.ts'
import { SETTINGS } from '../src/modules/team/index.ts'
import { ATTACKS } from './support/attacks.ts'

const ROOT = join(import.meta.dirname, '../..')
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8')
const filesBelow = (folder: string, fits: (name: string) => boolean): string[] =>
  readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile() && fits(entry.name) && !entry.parentPath.includes('node_modules'))
    .map(entry => relative(ROOT, join(entry.parentPath, entry.name)))
    .sort()

const isMarkdown = (name: string) => name.endsWith('.md')
const PAGES = ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', ...filesBelow('docs', isMarkdown)]
const READMES = ['packages', 'server'].flatMap(folder => filesBelow(folder, isMarkdown))
const SOURCES = ['server/src', 'packages', 'scripts', 'web/src'].flatMap(folder =>
  filesBelow(folder, name => /[.](ts|tsx|mjs|sql)$/.test(name)),
)
const pages = new Map([...PAGES, ...READMES].map(path => [path, read(path)]))
const page = (path: string): string => pages.get(path) ?? read(path)

/** What `pattern` captures first, in all pages of docs. */
const mentioned = (pattern: RegExp, paths = PAGES): string[] => [
  ...new Set(paths.flatMap(path => [...page(path).matchAll(pattern)].map(match => match[1] ?? ''))),
]
/** The rows of a page's tables, cell by cell, without heads and rules. */
const rowsOf = (text: string): string[][] =>
  text
    .split('\n')
    .filter(line => line.startsWith('| `') || line.startsWith('| ['))
    .map(line => line.slice(2, -2).split(' | '))
const codeOf = (cell = ''): string => /^`([^`]+)`$/.exec(cell)?.[1] ?? cell
const sectionOf = (path: string, heading: string): string => {
  const section = page(path)
    .split(/^## /m)
    .find(text => text.startsWith(`${heading}\n`))
  if (section === undefined) throw new Error(`${path} has no section "${heading}"`)
  return section
}
const codeBlocks = (path: string, language: string): string[] =>
  [...page(path).matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)]
    .filter(match => match[1] === language)
    .map(match => match[2] ?? '')

/** GitHub's rule for the anchor of a heading. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll('`', '')
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(' ', '-')
const anchorsOf = (path: string): Set<string> =>
  new Set([...page(path).matchAll(/^#+ (.+)$/gm)].map(match => anchorOf(match[1] ?? '')))

describe('links', () => {
  const links = [...pages].flatMap(([path, text]) =>
    [...text.replaceAll(/^```[\s\S]*?^```/gm, '').matchAll(/\]\(([^)\s]+)\)/g)]
      .map(match => match[1] ?? '')
      .filter(target => !/^(https?:|mailto:)/.test(target))
      .map(target => ({ path, target })),
  )

  test('every relative link leads to a file, and its anchor to a heading', () => {
    expect(links.length).toBeGreaterThan(50)
    const broken = links.filter(({ path, target }) => {
      const [file = '', anchor] = target.split('#')
      const resolved = file === '' ? path : relative(ROOT, join(ROOT, dirname(path), file))
      if (!existsSync(join(ROOT, resolved))) return true
      return anchor !== undefined && !anchorsOf(resolved).has(anchor)
    })
    expect(broken).toEqual([])
  })

  test('every page of docs can be reached from the README', () => {
    const reached = new Set(['README.md'])
    for (const from of reached)
      for (const { target } of links.filter(({ path }) => path === from)) {
        const to = relative(ROOT, join(ROOT, dirname(from), target.split('#')[0] ?? ''))
        if (pages.has(to)) reached.add(to)
      }
    expect(PAGES.filter(path => !reached.has(path))).toEqual([])
  })

  test('every file named in code type is there', () => {
    const named = mentioned(/`((?:server|packages|web|scripts|docs|bench|runtime|bin)\/[\w./-]+)`/g, [
      ...pages.keys(),
    ])
    expect(named.length).toBeGreaterThan(20)
    expect(named.filter(path => !existsSync(join(ROOT, path)))).toEqual([])
  })
})

describe('commands', () => {
  const scripts = Object.keys(
    (JSON.parse(read('package.json')) as { scripts: Record<string, string> }).scripts,
  )

  test('every npm script that is mentioned exists, and every script is explained', () => {
    const named = new Set([...mentioned(/npm run ([a-z:]+)/g), ...mentioned(/npm (start|test)\b/g)])
    expect([...named].sort()).toEqual([...scripts].sort())
  })

  test('every command of bin/tracedesk that is mentioned exists, and every command is in the README', async () => {
    let help = ''
    const around = { env: {}, terminal: false, signal: new AbortController().signal, err: () => {} }
    await runCli(['help'], { ...around, out: text => (help += text) })
    const known = [...help.matchAll(/^ {2}([a-z-]+(?: [a-z-]+)?) {2,}/gm)].map(match => match[1] ?? '')
    expect(known.length).toBeGreaterThan(5)
    const table = rowsOf(sectionOf('README.md', 'Command line')).map(([name]) =>
      codeOf(name).replace('bin/tracedesk ', ''),
    )
    expect(table.sort()).toEqual(known.sort())
    const named = mentioned(/bin\/tracedesk ([a-z]+(?: [a-z-]+)?)/g)
    expect(
      named.filter(words => !known.some(name => words === name || words.startsWith(`${name} `))),
    ).toEqual([])
    const options = [...mentioned(/bin\/tracedesk [^`\n]*?(--[a-z-]+)/g), ...mentioned(/`(--[a-z-]+)`/g)]
    const sources = filesBelow('server/src/edges/cli', name => name.endsWith('.ts'))
      .map(read)
      .join('\n')
    expect(options.filter(option => !new RegExp(`\\b'?${option.slice(2)}'?\\b`).test(sources))).toEqual([])
  })
})

describe('configuration', () => {
  // what every program on the machine has, or what our own launcher hands down
  const NOT_OURS = new Set([
    'PATH',
    'CI',
    'NODE_ENV',
    'DEBIAN_FRONTEND',
    'PLAYWRIGHT_BROWSERS_PATH',
    'TRACEDESK_LAUNCHER',
  ])
  const inConfig = [...read('server/src/kernel/config.ts').matchAll(/^ {2}([A-Z][A-Z_]+): /gm)].map(
    m => m[1] ?? '',
  )
  const elsewhere = SOURCES.filter(path => !/[.]test[.]ts$|[.]d[.]mts$/.test(path)).flatMap(path =>
    [...read(path).matchAll(/\benv[.]([A-Z][A-Z_]+)\b/g)].map(m => m[1] ?? ''),
  )
  const variables = new Set([...inConfig, ...elsewhere].filter(name => !NOT_OURS.has(name)))

  test('every variable the code reads is in the table of the README, and no other', () => {
    expect(inConfig.length).toBeGreaterThan(7)
    const table = rowsOf(sectionOf('README.md', 'Configuration')).map(([name]) => codeOf(name))
    expect(table.sort()).toEqual([...variables].sort())
  })

  test('the table gives the defaults of the code', () => {
    const rows = new Map(
      rowsOf(sectionOf('README.md', 'Configuration')).map(([name, value]) => [codeOf(name), value]),
    )
    for (const [, name = '', value = ''] of read('server/src/kernel/config.ts').matchAll(
      /^ {2}([A-Z][A-Z_]+): .*[.]default\('?([^')]+)'?\)/gm,
    ))
      expect(rows.get(name), name).toBe(`\`${value}\``)
  })

  test('a name that looks like a variable is one, or a constant of the code', () => {
    const named = [...mentioned(/`([A-Z]+_[A-Z_]+)`/g), ...mentioned(/^(?:[^\n`]* )?([A-Z]+_[A-Z_]+)=/gm)]
    const code = SOURCES.map(read).join('\n')
    expect(named.filter(name => !variables.has(name) && !new RegExp(`\\b${name}\\b`).test(code))).toEqual([])
  })

  test('every setting of a workspace is in the table of the operations page, with its default', () => {
    const table = rowsOf(sectionOf('docs/operations.md', 'Settings of a workspace')).map(row =>
      row.slice(0, 2).map(codeOf),
    )
    expect(table).toEqual(SETTINGS.map(setting => [setting.key, String(setting.default)]))
  })
})

describe('names that are a contract', () => {
  test('docs/errors.md has every code of the API with its status, and no other', () => {
    const table = rowsOf(sectionOf('docs/errors.md', 'Answers of the API')).map(([code, status]) => [
      codeOf(code),
      Number(status),
    ])
    expect(Object.fromEntries(table)).toEqual(ERROR_CODES)
    expect(table.length).toBe(Object.keys(ERROR_CODES).length)
  })

  test('docs/errors.md has every code of the start, and no other', () => {
    const table = rowsOf(sectionOf('docs/errors.md', 'Codes of the start')).map(([code]) => codeOf(code))
    expect(table).toEqual([...START_ERROR_CODES])
  })

  test('docs/errors.md has every code of the command line that is not in the lists before, and no other', () => {
    const sources = filesBelow(
      'server/src/edges/cli',
      name => name.endsWith('.ts') && !name.endsWith('.test.ts'),
    )
    const thrown = sources.flatMap(path => [
      ...read(path).matchAll(/CliError\(\s*[23],\s*(?:[^',]+\? )?'([a-z_.]+)'(?: : '([a-z_.]+)')?/g),
      ...read(path).matchAll(/exitCode: 3, code: '([a-z_.]+)'/g),
    ])
    const named = thrown.flatMap(([, one, other]) => [one, other]).filter(code => code !== undefined)
    const codes = new Set<string>([...named, ...RESUME_CODES])
    const others = new Set<string>([...Object.keys(ERROR_CODES), ...START_ERROR_CODES])
    const table = rowsOf(sectionOf('docs/errors.md', 'Codes of the command line')).map(([code]) =>
      codeOf(code),
    )
    expect(table.sort()).toEqual([...codes].filter(code => !others.has(code)).sort())
  })

  test('the operations page has every reason for not signing', () => {
    const table = rowsOf(sectionOf('docs/operations.md', 'When the log is not signed')).map(([cause]) =>
      codeOf(cause),
    )
    expect(table.sort()).toEqual([...SIGNER_REFUSALS, 'error'].sort())
  })

  test('docs/ledger.md has every verdict, and no other', () => {
    const table = rowsOf(sectionOf('docs/ledger.md', 'Check everything')).map(([verdict]) => codeOf(verdict))
    expect(table).toEqual([...LEDGER_VERDICTS])
  })

  test('docs/events.md has every event of the catalogue, and writing it anew changes nothing', () => {
    const headings = [...page('docs/events.md').matchAll(/^### (.+)$/gm)].map(match => match[1])
    expect(headings.sort()).toEqual([...CATALOGUE.keys()].sort())
    expect(readFileSync(EVENTS_PAGE, 'utf8') === describeEvents(), 'run "npm run generate"').toBe(true)
  })

  test('every route that is mentioned exists', () => {
    const ledger = [
      ...['ledger', 'evidence', 'privacy', 'export', 'import', 'oidc', 'file'].flatMap(name => [
        ...read(`server/src/edges/http/${name}-routes.ts`).matchAll(
          /(?:server[.]get|scope[.]post)\(\s*'(\/api\/[^']+)'/g,
        ),
      ]),
    ]
    const others = ['/api/openapi.json', '/api/docs', '/api/socket']
    const known = new Set([
      ...[...Object.values(COMMANDS), ...Object.values(QUERIES)].map(({ name }) => `/api/${name}`),
      ...ledger.map(match => match[1]),
      ...others,
    ])
    const named = mentioned(/(\/api\/[a-z_]+(?:[.][a-z_]+)?)(?![.a-z_])/g)
    expect(named.length).toBeGreaterThan(8)
    expect(named.filter(path => !known.has(path))).toEqual([])
  })

  test('every metric that is mentioned is measured, and the other way round', () => {
    const measured = [
      ...['server', 'stream-metrics'].flatMap(name => [
        ...read(`server/src/edges/http/${name}.ts`).matchAll(/name: '(tracedesk_[a-z_]+)'/g),
      ]),
    ].map(m => m[1])
    expect(mentioned(/`(tracedesk_[a-z_]+)`/g, ['docs/operations.md']).sort()).toEqual(measured.sort())
  })

  test('the table of roles gives each role’s permissions', () => {
    for (const [permission, ...cells] of rowsOf(sectionOf('docs/operations.md', 'Roles')))
      for (const [i, role] of (['agent', 'supervisor', 'admin', 'auditor'] as const).entries())
        for (const name of (permission ?? '').matchAll(/`([a-z_.]+)`/g))
          expect(`${role} ${name[1]} ${cells[i]}`).toBe(
            `${role} ${name[1]} ${ROLE_PERMISSIONS[role].has(name[1] ?? '') ? 'yes' : 'no'}`,
          )
    const inTable = mentioned(/`([a-z_]+[.][a-z_]+)`(?=[^|\n]*\| (?:yes|no))/g, ['docs/operations.md'])
    expect(inTable.sort()).toEqual(
      [...new Set(Object.values(ROLE_PERMISSIONS).flatMap(set => [...set]))].sort(),
    )
  })
})

test('the threat model carries the table of attacks that are tried, word for word', () => {
  const section = sectionOf('docs/threat-model.md', 'Attacks on the ledger, and the verdict that names each')
  const rows = [...section.matchAll(/^\| (.+?) \| `(.+?)` \| (.+?) \|$/gm)].map(([, ...cells]) => cells)
  expect(rows).toEqual(ATTACKS.map(({ attack, verdict, anchor }) => [attack, verdict, anchor]))
})

test('every test that the threat model names is there, under that title', () => {
  const rows = page('docs/threat-model.md').matchAll(/\| \[[^\]]+\]\(([^)]+)\): (.+) \|$/gm)
  const missing = [...rows].filter(
    ([, file = '', title = '']) => !read(join('docs', file)).includes(`'${title}'`),
  )
  expect(missing.map(([, , title]) => title)).toEqual([])
  expect(page('docs/threat-model.md')).toMatch(/\| \[/)
})

describe('checking an entry by hand, on files of a real server', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tracedesk-docs-'))
  cpSync(join(ROOT, 'packages/proof/vectors/sample'), folder, { recursive: true })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  const [script = ''] = codeBlocks('docs/ledger.md', 'js')
  writeFileSync(join(folder, 'verify.mjs'), script)

  const verify = (
    change: Partial<Record<'leaf.json' | 'proof.txt' | 'vkey.txt', (text: string) => string>> = {},
  ) => {
    const files = (['leaf.json', 'proof.txt', 'vkey.txt'] as const).map(name => {
      const text = readFileSync(join(folder, name), 'utf8')
      writeFileSync(join(folder, `changed-${name}`), change[name]?.(text) ?? text)
      return `changed-${name}`
    })
    const { status, stdout } = spawnSync(process.execPath, ['verify.mjs', ...files], {
      cwd: folder,
      encoding: 'utf8',
    })
    return [status, stdout.trim()]
  }

  test('the leaf that is shown is the one in the sample', () => {
    const shown = codeBlocks('docs/ledger.md', 'json')[0] ?? ''
    expect(JSON.parse(shown)).toEqual(JSON.parse(readFileSync(join(folder, 'leaf.json'), 'utf8')))
    expect(codeBlocks('docs/ledger.md', '')).toContain(readFileSync(join(folder, 'checkpoint.txt'), 'utf8'))
  })

  test('the script says OK, in the words of the page, and needs nothing of ours', () => {
    expect(script).not.toMatch(/from '(?!node:)/)
    expect(verify()[0]).toBe(0)
    expect(page('docs/ledger.md')).toContain(`# ${verify()[1]}\n`)
  })

  test('the script refuses a changed leaf, position, size, origin, path, signature and key', () => {
    const other = 'desk.example/log/01a2067a-78ce-7070-bbb1-a41cefc5b5f7/2'
    const failures = [
      verify({ 'leaf.json': text => text.replace('Refund', 'Refunx') }),
      verify({ 'proof.txt': text => text.replace('index 6', 'index 5') }),
      verify({ 'proof.txt': text => text.replace('index 6', 'index 9') }),
      verify({ 'proof.txt': text => text.replace('\n9\n', '\n8\n') }),
      verify({ 'proof.txt': text => text.replace(/\/1\n9/, '/2\n9') }),
      verify({ 'proof.txt': text => text.replace(/index 6\n.+\n/, 'index 6\n') }),
      verify({ 'proof.txt': text => text.replace(/(\n— \S+ .{20})./, '$1A') }),
      verify({ 'vkey.txt': text => text.replace(/^[^+]+/, other) }),
      verify({ 'vkey.txt': text => text.replace(/(\+A.{20})./, '$1x') }),
    ]
    expect(failures.map(([status, words]) => [status, String(words).slice(0, 7)])).toEqual(
      failures.map(() => [1, 'FAILED:']),
    )
  })

  const commands = codeBlocks('docs/ledger.md', 'sh').filter(block => /openssl|sha256sum/.test(block))
  const toolsAreThere =
    spawnSync('sh', ['-c', 'openssl version && echo | sha256sum && echo | base64 -d']).status === 0
  if (!toolsAreThere)
    process.stderr.write(
      'SKIPPED: the shell commands of docs/ledger.md, because openssl or coreutils is missing.\n',
    )
  test.skipIf(!toolsAreThere)('the shell commands print what the page says they print', () => {
    expect(commands.length).toBe(3)
    for (const block of commands) {
      const { stdout } = spawnSync('sh', ['-c', block], { cwd: folder, encoding: 'utf8' })
      expect(block, stdout).toContain(`# ${stdout.trim()}\n`)
    }
  })
})
