import { useT, useWords } from '../i18n/index.ts'
import { useDirectory } from './directory.ts'
import { useFormat } from './format.ts'

/** A filter of the log as it was asked for: each field with its values. */
export type KeptFilter = Readonly<Record<string, string | readonly string[] | undefined>>

/** Says in the reader's language what a kept filter finds; an empty text when it finds everything. */
export function useFilterWords(): (filter: KeptFilter, hasWords?: boolean) => string {
  const t = useT()
  const words = useWords()
  const format = useFormat()
  const directory = useDirectory()
  const eventOf = (pattern: string) =>
    pattern.endsWith('.*')
      ? t('log.wholeArea', { area: words(`area.${pattern.slice(0, -2)}`, pattern) })
      : words(`eventName.${pattern}`, pattern)
  const wordOf: Record<string, (value: string) => string> = {
    event: eventOf,
    actor: id => directory.agent(id) ?? t('chip.someone'),
    department: id => directory.department(id) ?? t('chip.department'),
    bot: id => directory.bot(id)?.name ?? t('chip.bot'),
    actorKind: value => words(`actor.${value}`, value),
    outcome: value => words(`outcome.${value}`, value),
    source: value => words(`source.${value}`, value),
    conversation: () => t('log.conversationChip'),
    customer: () => t('log.customerChip'),
    subject: subject => t('log.subjectChip', { subject: subject.slice(0, 24) }),
    from: at => t('exports.from', { at: format.exact(at) }),
    to: at => t('exports.before', { at: format.exact(at) }),
  }
  return (filter, hasWords = false) =>
    [
      ...Object.entries(filter)
        .filter(([, values]) => values !== undefined)
        .map(([field, values]) => {
          const said = [values ?? []].flat().map(wordOf[field] ?? String)
          return [...new Set(said)].join(', ')
        }),
      ...(hasWords ? [t('exports.withWords')] : []),
    ].join(' · ')
}
