import {
  type BundleReport,
  type ByteSource,
  ProofError,
  readTrust,
  type TrustFile,
  verifyBundleFile,
} from '@tracedesk/proof'
import { h } from './dom.ts'
import { renderReport } from './report.ts'
import type { Names } from './sentence.ts'
import { addRow, isBad, type Row, renderTimeline } from './timeline.ts'
import { fill, LANGUAGES, type Language, preferredLanguage, WORDS } from './words.ts'

const PAGE = 200

/** What has been verified, with everything the timeline needs. */
type Result = { readonly report: BundleReport; readonly rows: readonly Row[]; readonly names: Names }

const state: {
  language: Language
  bundle: File | null
  trustText: string
  trustError: boolean
  result: Result | null
  problem: string | null
  working: string | null
  page: number
  onlyBad: boolean
  run: number
} = {
  language: preferredLanguage(),
  bundle: null,
  trustText: '',
  trustError: false,
  result: null,
  problem: null,
  working: null,
  page: 0,
  onlyBad: false,
  run: 0,
}

const output = h('div', { 'aria-live': 'polite' })

function render(): void {
  const words = WORDS[state.language]
  document.documentElement.lang = state.language === 'zh' ? 'zh-Hans' : state.language
  document.title = words.title
  const app = document.getElementById('app')
  app?.replaceChildren(
    renderHeader(),
    h('main', {}, renderInputs(), output),
    h('footer', { class: 'quiet' }, words.offline),
  )
  renderOutput()
}

function renderHeader(): HTMLElement {
  const words = WORDS[state.language]
  const select = h('select', { id: 'language', onchange: () => changeLanguage(select.value) })
  for (const [language, name] of Object.entries(LANGUAGES))
    select.append(
      h('option', { value: language, selected: language === state.language, lang: language }, name),
    )
  return h(
    'header',
    {},
    h('h1', {}, words.title),
    h('div', {}, h('label', { for: 'language' }, `${words.language} `), select),
  )
}

function changeLanguage(value: string): void {
  if (value !== 'en' && value !== 'zh' && value !== 'ru') return
  state.language = value
  render()
  document.getElementById('language')?.focus()
}

function renderInputs(): HTMLElement {
  const words = WORDS[state.language]
  const bundle = h('input', {
    id: 'bundle',
    type: 'file',
    accept: '.zip,application/zip',
    'aria-describedby': 'bundle-hint',
    onchange: () => void take(bundle.files),
  })
  const trustFile = h('input', {
    id: 'trust-file',
    type: 'file',
    onchange: () => void take(trustFile.files, 'trust'),
  })
  const trust = h('textarea', {
    id: 'trust',
    spellcheck: 'false',
    autocomplete: 'off',
    'aria-describedby': 'trust-hint',
    oninput: () => {
      state.trustText = trust.value
      forget()
    },
  })
  trust.value = state.trustText
  return h(
    'div',
    { class: 'inputs' },
    h(
      'div',
      { class: 'box' },
      h('label', { for: 'bundle' }, words.bundle),
      bundle,
      h('p', { id: 'bundle-hint', class: 'quiet' }, state.bundle?.name ?? words.bundleHint),
    ),
    h(
      'div',
      { class: 'box' },
      h('label', { for: 'trust' }, words.trust),
      trust,
      h('p', { id: 'trust-hint', class: 'quiet' }, words.trustHint),
      h('label', { for: 'trust-file' }, words.trustFile),
      trustFile,
      h('p', {}, h('button', { type: 'button', id: 'verify', onclick: () => void verify() }, words.apply)),
    ),
  )
}

/** A verdict must not stand beside a bundle or a key it was not reached with. */
function forget(): void {
  state.run += 1
  Object.assign(state, { result: null, page: 0, onlyBad: false, problem: null, working: null })
  renderOutput()
}

/** Takes dropped or chosen files: a ZIP is a bundle, anything else is trust. */
async function take(files: FileList | null, kind?: 'trust'): Promise<void> {
  forget()
  for (const file of files ?? []) {
    const head = new Uint8Array(await file.slice(0, 2).arrayBuffer())
    const isZip = head[0] === 0x50 && head[1] === 0x4b
    if (kind !== 'trust' && (isZip || (files?.length === 1 && !(await looksLikeTrust(file)))))
      state.bundle = file
    else state.trustText = await file.slice(0, 1_000_000).text()
  }
  render()
  await verify()
}

async function looksLikeTrust(file: File): Promise<boolean> {
  try {
    readTrust(await file.slice(0, 1_000_000).text())
    return true
  } catch (error) {
    if (error instanceof ProofError) return false
    throw error
  }
}

/** The trust given; null when none is, undefined when it is not to be understood. */
function currentTrust(): TrustFile | null | undefined {
  if (state.trustText.trim() === '') return null
  try {
    return readTrust(state.trustText)
  } catch (error) {
    if (error instanceof ProofError) return undefined
    throw error
  }
}

async function verify(): Promise<void> {
  const words = WORDS[state.language]
  const trust = currentTrust()
  state.trustError = trust === undefined
  forget()
  const { run } = state
  if (state.bundle === null || trust === undefined) return renderOutput()
  const rows: Row[] = []
  let names: Names = new Map()
  const showProgress = ({ done, of }: { done: number; of: number }) => {
    if (run !== state.run) return
    state.working = fill(words.working, {
      done: done.toLocaleString(state.language),
      of: of.toLocaleString(state.language),
    })
    renderOutput()
  }
  showProgress({ done: 0, of: 0 })
  try {
    const report = await verifyBundleFile(sourceOf(state.bundle), trust, {
      onEntry: entry => addRow(rows, entry),
      onNames: found => {
        names = found
      },
      onProgress: showProgress,
    })
    if (run === state.run) state.result = { report, rows, names }
  } catch (error) {
    // Nothing in a file makes the verifier throw: what is left is a browser that lacks something, or cannot read.
    if (run === state.run)
      state.problem = `${words.unsupported} (${error instanceof Error ? error.message : String(error)})`
  }
  if (run !== state.run) return
  state.working = null
  renderOutput()
  document.getElementById('verdict')?.focus()
}

function sourceOf(file: File): ByteSource {
  return {
    size: file.size,
    read: async (at, length) => new Uint8Array(await file.slice(at, at + length).arrayBuffer()),
  }
}

function renderOutput(): void {
  const words = WORDS[state.language]
  const { trustError, working, problem, result } = state
  const parts: HTMLElement[] = []
  if (trustError) parts.push(h('p', { class: 'verdict bad', id: 'trust-bad' }, words.trustBad))
  if (working !== null) parts.push(h('p', { id: 'working' }, working))
  if (problem !== null) parts.push(h('p', { class: 'verdict bad', id: 'problem' }, problem))
  if (result !== null) {
    parts.push(...renderReport(result.report, state.language, words))
    if (result.rows.length > 0) parts.push(renderRows(result))
  }
  output.replaceChildren(...parts)
}

function renderRows({ report, rows, names }: Result): HTMLElement {
  const words = WORDS[state.language]
  const chosen = state.onlyBad ? rows.filter(isBad) : rows
  const from = state.page * PAGE
  const page = chosen.slice(from, from + PAGE)
  const proven = report.verdict === 'ok'
  const only = h('input', {
    type: 'checkbox',
    id: 'only-bad',
    checked: state.onlyBad,
    onchange: () => turn(0, only.checked),
  })
  const number = (value: number) => value.toLocaleString(state.language)
  const shown = fill(words.shown, {
    from: number(Math.min(from + 1, chosen.length)),
    to: number(from + page.length),
    of: number(chosen.length),
  })
  return h(
    'section',
    { 'aria-labelledby': 'timeline' },
    h('h2', { id: 'timeline' }, words.timeline),
    proven ? null : h('p', { class: 'quiet' }, words.unproven),
    h(
      'div',
      { class: 'bar' },
      h('label', {}, only, ` ${words.onlyBad}`),
      h(
        'button',
        { type: 'button', disabled: from === 0, onclick: () => turn(state.page - 1, state.onlyBad) },
        words.previous,
      ),
      h('span', {}, shown),
      h(
        'button',
        {
          type: 'button',
          disabled: from + PAGE >= chosen.length,
          onclick: () => turn(state.page + 1, state.onlyBad),
        },
        words.next,
      ),
      h('button', { type: 'button', onclick: () => window.print() }, words.print),
    ),
    page.length === 0
      ? h('p', {}, words.nothing)
      : renderTimeline(page, { names, language: state.language, words, proven }),
  )
}

function turn(page: number, onlyBad: boolean): void {
  state.page = page
  state.onlyBad = onlyBad
  renderOutput()
  document.getElementById('only-bad')?.focus()
}

addEventListener('dragover', event => event.preventDefault())
addEventListener('drop', event => {
  event.preventDefault()
  void take(event.dataTransfer?.files ?? null)
})
render()
