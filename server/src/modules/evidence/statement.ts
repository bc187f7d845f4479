import type { BundleManifest } from '@tracedesk/proof/node'
import { STATEMENT_WORDS, type StatementWords } from './statement-words.ts'

const STYLE =
  'body{font:16px/1.55 system-ui,"Noto Sans CJK SC",sans-serif;max-width:44rem;margin:2rem auto;padding:0 1rem;color:#1a1b1e;background:#fff}' +
  'dt{font-weight:600;margin-top:.6rem}dd{margin:0;overflow-wrap:anywhere}li{margin:.4rem 0}' +
  '.caution{border-inline-start:4px solid #b45309;padding-inline-start:.8rem}@media print{body{margin:0}}'

/** The statement a person reads first (`statement.html`): what this is, who asked for what, how to verify it. */
export function writeStatement(manifest: BundleManifest): string {
  const language = manifest.language === 'zh' || manifest.language === 'ru' ? manifest.language : 'en'
  const words = STATEMENT_WORDS[language]
  const facts = factsOf(manifest, words)
    .map(([name, value]) => `<dt>${escapeHtml(name)}</dt><dd dir="auto">${escapeHtml(value)}</dd>`)
    .join('')
  const steps = words.steps.map(step => `<li>${escapeHtml(step)}</li>`).join('')
  const paragraph = (text: string) => `<p>${escapeHtml(text)}</p>`
  return (
    `<!doctype html><html lang="${words.numbers}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">` +
    `<meta http-equiv="content-security-policy" content="default-src 'none'; style-src 'unsafe-inline'">` +
    `<title>${escapeHtml(words.title)}</title><style>${STYLE}</style></head><body><main><h1>${escapeHtml(words.title)}</h1>` +
    `${paragraph(words.what)}<dl>${facts}</dl>${paragraph(words.closed)}${paragraph(words.proves)}` +
    `<h2>${escapeHtml(words.how)}</h2><ol>${steps}</ol><p class="caution">${escapeHtml(words.caution)}</p></main></body></html>\n`
  )
}

function factsOf(manifest: BundleManifest, words: StatementWords): [string, string][] {
  const { workspace, origin, range, counts, askedBy, askedAt } = manifest
  const number = (value: number) => new Intl.NumberFormat(words.numbers).format(value)
  const who = [askedBy.name, askedBy.role, askedBy.id ?? askedBy.kind].filter(Boolean).join(' · ')
  return [
    [words.workspace, `${workspace.name} (${workspace.id})`],
    [words.origin, origin],
    [words.range, fill(words.rangeValue, { from: number(range.from), to: number(range.to) })],
    [words.scope, scopeText(manifest, words)],
    [
      words.entries,
      fill(words.entriesValue, { entries: number(counts.entries), closed: number(counts.closed) }),
    ],
    [words.asked, `${who}, ${askedAt}`],
  ]
}

function scopeText(
  { scope: { conversationId, disputeId, from, to } }: BundleManifest,
  words: StatementWords,
): string {
  if (disputeId) return fill(words.scopeDispute, { id: disputeId })
  const time = from || to ? [fill(words.scopeTime, { from: from ?? '…', to: to ?? '…' })] : []
  const conversation = conversationId ? [fill(words.scopeConversation, { id: conversationId })] : []
  return [...conversation, ...time].join(', ') || words.scopeAll
}

function fill(text: string, gaps: Readonly<Record<string, string>>): string {
  return text.replace(/\{(\w+)\}/g, (_, name: string) => gaps[name] ?? '')
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, letter => `&#${letter.charCodeAt(0)};`)
}
