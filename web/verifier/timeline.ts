import type { BundleEntry, Opening } from '@tracedesk/proof'
import { h } from './dom.ts'
import { type Names, openText, sentenceOf } from './sentence.ts'
import { entryWord, fill, type Language, type Words } from './words.ts'

/** Neighbouring closed entries, of which there is only one thing to say. */
export type ClosedRun = { readonly from: number; to: number }
export type Row = BundleEntry | ClosedRun

/** Puts an entry at the end of the rows. */
export function addRow(rows: Row[], entry: BundleEntry): void {
  const last = rows.at(-1)
  if (entry.verdict !== 'closed') rows.push(entry)
  else if (last !== undefined && 'to' in last) last.to = entry.position
  else rows.push({ from: entry.position, to: entry.position })
}

export const isBad = (row: Row): boolean => 'verdict' in row && row.verdict !== 'ok'

export type TimelineView = {
  readonly names: Names
  readonly language: Language
  readonly words: Words
  /** Whether the bundle as a whole is what it says: no entry is marked as proven without. */
  readonly proven: boolean
}

/** A page of the timeline, grouped by day (UTC). */
export function renderTimeline(rows: readonly Row[], view: TimelineView): HTMLElement {
  const items: HTMLElement[] = []
  let day = ''
  for (const row of rows) {
    const at = 'leaf' in row ? (row.leaf?.at ?? '') : ''
    if (at !== '' && at.slice(0, 10) !== day) {
      day = at.slice(0, 10)
      items.push(h('li', { class: 'day' }, formatTime(at, view.language, { dateStyle: 'full' })))
    }
    items.push('to' in row ? renderRun(row, view) : renderEntry(row, view))
  }
  return h('ol', { class: 'timeline' }, ...items)
}

function renderRun({ from, to }: ClosedRun, { words, language }: TimelineView): HTMLElement {
  const number = (value: number) => value.toLocaleString(language)
  const text = fill(words.closedRun, { count: number(to - from + 1), from: number(from), to: number(to) })
  return h(
    'li',
    { class: 'closed' },
    h('span', { class: 'position' }, number(from)),
    h('span', { class: 'entry' }, text),
    h('span', { class: 'mark quiet' }, `▪ ${words.entry.closed}`),
  )
}

function renderEntry(entry: BundleEntry, view: TimelineView): HTMLElement {
  const { words, language, names } = view
  const { leaf, position, verdict, parts } = entry
  const bad = verdict !== 'ok'
  const body = h('div', { class: 'entry' })
  if (leaf !== null) {
    const exact = `${leaf.at} (${leaf.recordedAt})`
    body.append(
      h('time', { datetime: leaf.at, title: exact }, formatTime(leaf.at, language, { timeStyle: 'medium' })),
      ' ',
      h('span', { dir: 'auto' }, sentenceOf(leaf, names, language, words)),
    )
  }
  if (bad)
    body.append(h('p', { class: 'mark bad' }, `${entryWord(words, verdict)} (${verdict}: ${entry.detail})`))
  for (const [name, opening] of parts) body.append(renderPart(name, opening, words))
  if (leaf !== null)
    body.append(h('details', {}, h('summary', {}, words.raw), h('pre', {}, JSON.stringify(leaf, null, 2))))
  const mark = bad ? `✗ ${words.entry.bad}` : view.proven ? `✓ ${words.entry.ok}` : '?'
  return h(
    'li',
    bad ? { class: 'bad' } : {},
    h('span', { class: 'position' }, position.toLocaleString(language)),
    body,
    h('span', { class: `mark ${bad ? 'bad' : view.proven ? 'good' : 'quiet'}` }, mark),
  )
}

function renderPart(name: string, opening: Opening, words: Words): HTMLElement {
  const text = openText(opening)
  const shown =
    text !== null
      ? h('blockquote', { dir: 'auto' }, text)
      : opening.state === 'missing'
        ? h('span', { class: 'mark bad' }, words.missing)
        : h('span', { class: 'withheld' }, closedText(opening, words))
  return h('div', { class: 'part' }, h('b', {}, `${name}: `), shown)
}

function closedText(opening: Opening, words: Words): string {
  if (opening.state !== 'erased') return words.withheld
  return opening.by === null ? words.erased : fill(words.erasedBy, { by: opening.by })
}

export function formatTime(at: string, language: Language, style: Intl.DateTimeFormatOptions): string {
  const time = new Date(`${at.slice(0, 23)}Z`)
  const text = Number.isNaN(time.getTime())
    ? at
    : new Intl.DateTimeFormat(language, { ...style, timeZone: 'UTC' }).format(time)
  return style.timeStyle === undefined ? text : `${text} UTC`
}
