import { type BundleReport, toHex } from '@tracedesk/proof'
import { h } from './dom.ts'
import { formatTime } from './timeline.ts'
import { fill, type Language, type Words } from './words.ts'

/** The verdict in big plain words, what was found, and what the bundle is. */
export function renderReport(report: BundleReport, language: Language, words: Words): HTMLElement[] {
  const { verdict, findings } = report
  const sections = [renderVerdict(report, language, words)]
  if (findings.length > 0)
    sections.push(
      h(
        'section',
        { 'aria-labelledby': 'findings' },
        h('h2', { id: 'findings' }, words.findings),
        h('ul', {}, ...findings.map(finding => h('li', {}, findingText(finding, language, words)))),
      ),
    )
  if (report.manifest !== null)
    sections.push(
      h(
        'section',
        { 'aria-labelledby': 'facts' },
        h('h2', { id: 'facts' }, words.facts),
        verdict === 'ok' ? null : h('p', { class: 'quiet' }, words.unproven),
        h(
          'dl',
          {},
          ...factsOf(report, language, words).flatMap(([name, value]) => [
            h('dt', {}, name),
            h('dd', { dir: 'auto' }, value),
          ]),
        ),
      ),
    )
  return sections
}

function renderVerdict(
  { verdict, position, detail }: BundleReport,
  language: Language,
  words: Words,
): HTMLElement {
  const face = verdict === 'ok' ? 'good' : verdict === 'consistent_only' ? 'open' : 'bad'
  const sign = { good: '✓', open: '?', bad: '✗' }[face]
  const box = h('section', {
    class: `verdict ${face}`,
    'aria-labelledby': 'verdict',
    'data-verdict': verdict,
    'data-position': String(position ?? ''),
  })
  box.append(h('h2', { id: 'verdict', tabindex: '-1' }, `${sign} ${words[face]}`))
  if (verdict === 'ok' || verdict === 'consistent_only') {
    box.append(h('p', {}, verdict === 'ok' ? words.goodText : words.openText))
    if (verdict === 'ok') box.append(h('p', {}, words.limits))
    return box
  }
  box.append(h('p', {}, `${words.verdicts[verdict]} ${words.badText}`))
  if (position !== null)
    box.append(h('p', {}, fill(words.atPosition, { position: position.toLocaleString(language) })))
  box.append(h('p', {}, `${verdict}: ${detail}`))
  return box
}

function findingText(
  { verdict, position, detail }: BundleReport['findings'][number],
  language: Language,
  words: Words,
): string {
  const place =
    position === null ? '' : `${fill(words.atPosition, { position: position.toLocaleString(language) })} `
  return `${place}${words.verdicts[verdict]} (${verdict}: ${detail})`
}

function factsOf(report: BundleReport, language: Language, words: Words): [string, string][] {
  const { manifest, checkpoint, record, signedBy, witnessedBy } = report
  if (manifest === null) return []
  const { workspace, origin, range, counts, askedBy, askedAt } = manifest
  const number = (value: number) => value.toLocaleString(language)
  const time = (at: string) => formatTime(at, language, { dateStyle: 'long', timeStyle: 'medium' })
  const who = [askedBy.name, askedBy.role, askedBy.id ?? askedBy.kind].filter(Boolean).join(' · ')
  const facts: [string, string][] = [
    [words.workspace, `${workspace.name} (${workspace.id})`],
    [words.origin, origin],
    [words.range, fill(words.rangeValue, { from: number(range.from), to: number(range.to) })],
    [
      words.counts,
      fill(words.countsValue, { entries: number(counts.entries), closed: number(counts.closed) }),
    ],
    [words.madeBy, `${who}, ${time(askedAt)}`],
    [words.signedBy, signedBy.map(({ vkey }) => vkey).join(', ') || words.nobody],
  ]
  if (witnessedBy.length > 0) facts.push([words.witnessedBy, witnessedBy.map(({ name }) => name).join(', ')])
  for (const { size, witnessedBy: witnesses, timestamps } of report.anchors) {
    for (const { name } of witnesses)
      facts.push([words.anchored, fill(words.anchoredWitness, { name, size: number(size) })])
    for (const { name, time: at } of timestamps)
      facts.push([words.anchored, fill(words.anchoredTime, { name, at: time(at), size: number(size) })])
  }
  if (checkpoint !== null)
    facts.push([
      words.checkpoint,
      fill(words.checkpointValue, { size: number(checkpoint.size), root: toHex(checkpoint.root) }),
    ])
  if (record !== null)
    facts.push([
      words.recorded,
      fill(words.recordedValue, { position: number(record.position), at: time(record.leaf.at) }),
    ])
  return facts
}
