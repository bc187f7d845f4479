import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { deflateRawSync } from 'node:zlib'
import { formatTrustFile, generateSigner, openZip, readTrust, sourceOf } from '@tracedesk/proof/node'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeSampleBundle, zipOf } from '../../packages/proof/test/sample-bundle.ts'
import { zipAttacks } from '../../packages/proof/test/vector-cases-bundle.ts'
import { createHttpServer } from '../src/edges/http/server.ts'
import { CHROMIUM, launchBrowser } from './support/browser.ts'
import { axe, GOOD_PRACTICE, widthBeside } from './support/console.ts'
import { createWorld, type World } from './support/world.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const PAGE = pathToFileURL(join(ROOT, 'web/dist-verifier/tracedesk-verifier.html')).href
/** Reading the file in, a page that draws, and a machine that has other things to do. */
const SOON_MS = 20_000
const HOSTILE = '<img src=x onerror="document.title=1"></script><script>document.title=2</script>'

if (CHROMIUM === undefined)
  process.stderr.write(
    'SKIPPED: the offline verifier in a browser, because no Chromium was found; set CHROMIUM.\n',
  )

describe.skipIf(CHROMIUM === undefined)('the offline verifier, opened from disk without a network', () => {
  let world: World
  let browser: Browser
  let folder: string
  let vkey: string
  let members: Map<string, Uint8Array>
  let bundle: Buffer

  beforeAll(async () => {
    execFileSync(process.execPath, [join(ROOT, 'scripts/build-verifier.mjs')], {
      cwd: ROOT,
      stdio: 'inherit',
    })
    world = await createWorld()
    folder = mkdtempSync(join(tmpdir(), 'tracedesk-verifier-'))
    const maya = await world.person('Maya')
    const [talk, other] = [
      await world.conversation({ assignee: maya.id }),
      await world.conversation({ assignee: maya.id }),
    ]
    for (const text of ['Good morning 你好', HOSTILE]) {
      await maya.do('message.send', { conversationId: talk.id as never, text })
      await maya.do('message.send', { conversationId: other.id as never, text: 'somebody else' })
    }
    await maya.do('note.add', { conversationId: talk.id as never, text: 'private', scope: 'private' })
    await world.settle()
    const made = await world.owner.do('evidence.bundle', { conversationId: talk.id as never })
    bundle = readFileSync(join(world.dataDir, 'bundles', world.workspaceId, `${made.bundle.id}.zip`))
    const [signer] = await world.asSuperuser<{ vkey: string }>('select vkey from log_signer')
    vkey = signer?.vkey ?? ''
    members = await unpack(bundle)
    browser = await launchBrowser()
  })
  afterAll(async () => {
    await browser?.close()
    await world?.end()
    if (folder) rmSync(folder, { recursive: true, force: true })
  })

  /** The page in a browser that has no network; whatever it asks for beyond itself is collected. */
  async function open(locale = 'en-US'): Promise<{ page: Page; asked: string[]; errors: string[] }> {
    const context = await browser.newContext({ locale, timezoneId: 'Asia/Tokyo' })
    await context.setOffline(true)
    const page = await context.newPage()
    page.setDefaultTimeout(10_000)
    const [asked, errors]: [string[], string[]] = [[], []]
    await page.route('**', route => (route.request().url() === PAGE ? route.continue() : route.abort()))
    page.on('request', request => request.url() !== PAGE && asked.push(request.url()))
    page.on('pageerror', error => errors.push(error.message))
    page.on('console', message => message.type() === 'error' && errors.push(message.text()))
    await page.goto(PAGE)
    return { page, asked, errors }
  }

  async function verdictOf(page: Page, file: Uint8Array, trust: string): Promise<string | null> {
    const path = join(folder, 'bundle.zip')
    writeFileSync(path, file)
    await page.fill('#trust', trust)
    await page.setInputFiles('#bundle', path)
    return page.locator('[data-verdict]').getAttribute('data-verdict')
  }

  test('a good bundle with the key is verified, and its timeline can be read', async () => {
    const { page, asked, errors } = await open()
    expect(await verdictOf(page, bundle, vkey)).toBe('ok')
    expect(await page.locator('#verdict').textContent()).toContain('Verified')
    const timeline = await page.locator('ol.timeline').textContent()
    expect(timeline).toContain('Maya')
    expect(timeline).toContain('Good morning 你好')
    expect(timeline).toContain(HOSTILE)
    expect(timeline).toContain('withheld')
    expect(timeline).toMatch(/1 closed \(positions \d+ to \d+\)/)
    expect(await page.title()).toBe('Tracedesk verifier')
    expect({ asked, errors }).toEqual({ asked: [], errors: [] })
  })

  test('a trust file does as well as a key, in Chinese and Russian as well as in English', async () => {
    for (const [locale, word] of [
      ['zh-CN', '已验证'],
      ['ru-RU', 'Подтверждено'],
    ] as const) {
      const { page, errors } = await open(locale)
      expect(await verdictOf(page, bundle, formatTrustFile(readTrust(vkey)))).toBe('ok')
      expect(await page.locator('#verdict').textContent()).toContain(word)
      expect(await widthBeside(page)).toBe(0)
      expect(errors).toEqual([])
    }
  })

  test('without a key it says that nothing is proven about who made it', async () => {
    const { page } = await open()
    expect(await verdictOf(page, bundle, '')).toBe('consistent_only')
    expect(await page.locator('.verdict').textContent()).toContain('Nothing is proven about who made it')
    expect(await page.locator('.mark.good').count()).toBe(0)
  })

  test('the key of another log is refused, and so is what is no key', async () => {
    const { page } = await open()
    const other = await generateSigner('elsewhere.example/log/1/1')
    expect(await verdictOf(page, bundle, other.vkey)).toMatch(/^note_(unsigned|wrong_origin)$/)
    await page.fill('#trust', 'no key at all')
    await page.click('#verify')
    await page.waitForSelector('#trust-bad')
  })

  test('each kind of tampering gets its own verdict', async () => {
    const { page } = await open()
    const edit = (name: string, change: (text: string) => string) => {
      const text = Buffer.from(members.get(name) ?? []).toString('utf8')
      expect(change(text)).not.toBe(text)
      return zipOf(new Map(members).set(name, Buffer.from(change(text))))
    }
    const without = new Map(members)
    without.delete('statement.html')
    const cases: readonly [string, Uint8Array][] = [
      [
        'leaf_hash_mismatch',
        edit('entries.ndjson', text =>
          text.replace(/("leaf":".{40})./, (_, head) => `${head}_`.replace('_', 'A')),
        ),
      ],
      ['entry_position_gap', edit('entries.ndjson', text => text.replace(/\n.*\n/, '\n'))],
      [
        'part_mismatch',
        edit('openings.ndjson', text => text.replace('"bytes":"R29vZCBt', '"bytes":"QmFkICBt')),
      ],
      ['manifest_not_recorded', edit('manifest.json', text => text.replace('Olga Owner', 'Otto Other'))],
      ['member_changed', edit('statement.html', text => text.replace('evidence', 'evidenze'))],
      ['member_missing', zipOf(without)],
      ['zip_malformed', bundle.subarray(0, bundle.length - 9)],
      ['zip_malformed', Buffer.from('no bundle at all')],
    ]
    for (const [verdict, file] of cases) {
      const found = await verdictOf(page, file, vkey)
      expect(found, verdict).toBe(verdict)
      expect(await page.locator('#verdict').textContent()).toContain('Not verified')
      expect(await page.locator('.mark.good').count()).toBe(0)
    }
  })

  test('whatever file it is given, there is a verdict, soon and in little memory', async () => {
    const { files, trust } = await makeSampleBundle({ size: 5, from: 1, to: 3 })
    const key = trust.keys[0]?.vkey ?? ''
    const { page, errors } = await open()
    const heap = () => page.evaluate<number>('performance.memory.usedJSHeapSize')
    const judge = async (file: Uint8Array, what: string) => {
      const begun = performance.now()
      const verdict = await verdictOf(page, file, key)
      expect(performance.now() - begun, what).toBeLessThan(SOON_MS)
      return verdict
    }
    expect(await judge(zipOf(files), 'a good one')).toBe('ok')
    const before = await heap()
    for (const [what, file, verdict] of zipAttacks(files)) expect(await judge(file, what), what).toBe(verdict)
    const piece = new Uint8Array(4_000_000)
    const bombs = Array.from({ length: 50 }, (_, at) => `anchors/${at}.json`)
    const packed = new Map(bombs.map(name => [name, new Uint8Array(deflateRawSync(piece))]))
    const bombed = zipOf(new Map([...files, ...bombs.map(name => [name, piece] as const)]), packed)
    expect(await judge(bombed, 'bombs')).not.toBe('ok')
    for (const [what, bytes] of [
      ['brackets', Buffer.from('['.repeat(500_000))],
      ['lines', Buffer.from('\n'.repeat(1_000_000))],
      ['digits', Buffer.from('9'.repeat(1_000_000))],
    ] as const)
      for (const member of files.keys())
        expect(await judge(zipOf(new Map(files).set(member, bytes)), `${what} in ${member}`)).not.toBe('ok')
    expect(await judge(Buffer.alloc(300_000_000), 'nothing but zeros')).toBe('zip_malformed')
    expect((await heap()) - before).toBeLessThan(150_000_000)
    // and it still works
    expect(await judge(zipOf(files), 'a good one again')).toBe('ok')
    expect(errors).toEqual([])
  }, 240_000)

  test('whatever is given as trust, it says so or verifies nothing by it', async () => {
    const { page, errors } = await open()
    const path = join(folder, 'bundle.zip')
    writeFileSync(path, bundle)
    for (const trust of [
      ...['{', '['.repeat(100_000), `${vkey}A`, 'x'.repeat(1_000_000)],
      ...['{"format":"tracedesk-trust/v1"}', '\u0000'],
    ]) {
      await page.fill('#trust', trust)
      await page.setInputFiles('#bundle', path)
      await page.waitForSelector('#trust-bad, [data-verdict]')
      expect(await page.locator('[data-verdict="ok"]').count(), trust.slice(0, 20)).toBe(0)
      await page.setInputFiles('#bundle', [])
    }
    expect(await verdictOf(page, bundle, vkey)).toBe('ok')
    expect(errors).toEqual([])
  }, 120_000)

  test('it works by keyboard, and the verdict is read out', async () => {
    const { page } = await open()
    await verdictOf(page, bundle, '')
    await page.locator('#trust').focus()
    await page.keyboard.press('Control+A')
    await page.keyboard.insertText(vkey)
    await page.keyboard.press('Tab')
    await page.keyboard.press('Tab')
    expect(await page.evaluate('document.activeElement.id')).toBe('verify')
    await page.keyboard.press('Enter')
    await page.waitForSelector('[data-verdict="ok"]')
    expect(await page.evaluate('document.activeElement.id')).toBe('verdict')
    expect(await page.locator('[aria-live]').count()).toBe(1)
  })

  test('bundle and trust file can be dropped on the page, in either order', async () => {
    const files = [
      { name: 'evidence.zip', base64: bundle.toString('base64') },
      { name: 'trust.json', base64: Buffer.from(formatTrustFile(readTrust(vkey))).toString('base64') },
    ]
    for (const dropped of [files, files.toReversed()]) {
      const { page } = await open()
      for (const { name, base64 } of dropped) {
        const dataTransfer = await page.evaluateHandle(`(() => {
          const transfer = new DataTransfer()
          const bytes = Uint8Array.from(atob('${base64}'), letter => letter.charCodeAt(0))
          transfer.items.add(new File([bytes], '${name}'))
          return transfer
        })()`)
        await page.dispatchEvent('main', 'drop', { dataTransfer })
      }
      await page.waitForSelector('[data-verdict="ok"]')
    }
  })

  test('a long timeline is shown in pages, and only what is wrong when asked', async () => {
    const { files, trust } = await makeSampleBundle({ size: 450, from: 0, to: 449 })
    const { page } = await open()
    expect(await verdictOf(page, zipOf(files), trust.keys[0]?.vkey ?? '')).toBe('ok')
    const shown = () => page.locator('.bar span').textContent()
    expect(await shown()).toBe('1 to 200 of 450')
    await page.getByRole('button', { name: 'Later' }).click()
    await page.getByRole('button', { name: 'Later' }).click()
    expect(await shown()).toBe('401 to 450 of 450')
    expect(await page.locator('ol.timeline > li:not(.day)').count()).toBe(50)
    const text = Buffer.from(files.get('openings.ndjson') ?? []).toString('utf8')
    const forged = new Map(files).set(
      'openings.ndjson',
      Buffer.from(
        text.replace(/(.*\n){300}/, lines =>
          lines.replace(/"bytes":"d29y(?=[^\n]*"position":299,)/, '"bytes":"d29x'),
        ),
      ),
    )
    expect(await verdictOf(page, zipOf(forged), trust.keys[0]?.vkey ?? '')).toBe('part_mismatch')
    expect(await page.locator('[data-verdict]').getAttribute('data-position')).toBe('299')
    await page.check('#only-bad')
    expect(await shown()).toBe('1 to 1 of 1')
    expect(await page.locator('ol.timeline > li.bad .position').textContent()).toBe('299')
  })

  test('on paper there are verdict and timeline, and no controls', async () => {
    const { page } = await open()
    await verdictOf(page, bundle, vkey)
    await page.emulateMedia({ media: 'print' })
    for (const hidden of ['.inputs', '.bar', '#language'])
      expect(await page.locator(hidden).isVisible(), hidden).toBe(false)
    for (const shown of ['#verdict', '#facts', 'ol.timeline'])
      expect(await page.locator(shown).isVisible(), shown).toBe(true)
  })

  test('axe finds nothing, in light and dark, with and without a bundle', async () => {
    for (const colorScheme of ['light', 'dark'] as const) {
      const { page } = await open()
      await page.emulateMedia({ colorScheme })
      for (const trust of [null, vkey, '']) {
        if (trust !== null) await verdictOf(page, bundle, trust)
        expect(await axe(page, GOOD_PRACTICE), `${colorScheme} ${trust}`).toEqual([])
      }
    }
  })

  test('the server offers the same page under its own policy', async () => {
    const server = await createHttpServer(world.node, { publicUrl: undefined, webRoot: null })
    const answer = await server.inject({ url: '/verifier.html' })
    expect(answer.statusCode).toBe(200)
    expect(answer.body).toBe(readFileSync(fileURLToPath(PAGE), 'utf8'))
    expect(answer.headers['content-security-policy']).toMatch(
      /^default-src 'none'; script-src 'sha256-[^']+'; style-src/,
    )
    await server.close()
  })
})

async function unpack(bytes: Uint8Array): Promise<Map<string, Uint8Array>> {
  const members = new Map<string, Uint8Array>()
  for (const member of await openZip(sourceOf(bytes))) {
    const chunks: Uint8Array[] = []
    for await (const chunk of member.read()) chunks.push(chunk)
    members.set(member.name, Buffer.concat(chunks))
  }
  return members
}
