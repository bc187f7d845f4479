import type { BundleName, Leaf, Opening } from '@tracedesk/proof'
import { event as enEvents } from '../src/i18n/en.json'
import { event as ruEvents } from '../src/i18n/ru.json'
import { event as zhEvents } from '../src/i18n/zh.json'
import { fill, type Language, type Words } from './words.ts'

type Tree = { readonly [key: string]: string | Tree }
const EVENTS: Readonly<Record<Language, Tree>> = { en: enEvents, zh: zhEvents, ru: ruEvents }

export type Names = ReadonlyMap<string, BundleName>

/** An entry as a sentence, in the words the console uses; a newer event is shown by its name. */
export function sentenceOf(leaf: Leaf, names: Names, language: Language, words: Words): string {
  const template = templateOf(leaf.event, language) ?? `{{actor}} · ${leaf.event}`
  const gaps: Record<string, string> = {
    ...Object.fromEntries(Object.entries(leaf.data).map(([name, value]) => [name, valueText(value)])),
    actor: nameOf(leaf.actor.kind, leaf.actor.id, leaf.actor.named, names, words),
    customer: nameOf('customer', leaf.customerId, undefined, names, words),
    conversation: shortId(leaf.conversationId ?? ''),
    bot: shortId(leaf.botId ?? ''),
    subject:
      leaf.subject.name ?? nameOf(leaf.subject.kind, leaf.subject.id, leaf.subject.named, names, words),
    text: '',
    email: '',
  }
  return fill(template.replace(/\{\{(\w+)\}\}/g, '{$1}'), gaps)
}

/** Text of an open part; what is no UTF-8 is shown as far as it can be. */
export function openText(opening: Opening): string | null {
  return opening.state === 'open' ? new TextDecoder().decode(opening.bytes) : null
}

function templateOf(event: string, language: Language): string | undefined {
  let found: string | Tree | undefined = EVENTS[language]
  for (const step of event.split('.'))
    found = typeof found === 'object' && Object.hasOwn(found, step) ? found[step] : undefined
  return typeof found === 'string' ? found : undefined
}

/** The name an entry gave, if that entry is here and speaks of the same one; else kind and the end of the id. */
function nameOf(
  kind: string,
  id: string | undefined,
  named: string | undefined,
  names: Names,
  words: Words,
): string {
  const owner = `${kind}:${id}`
  const given =
    named === undefined ? [...names.values()].findLast(name => name.owner === owner) : names.get(named)
  if (given?.owner === owner) return given.name
  return id === undefined ? (kind === 'agent' ? words.somebody : kind) : `${kind} ${shortId(id)}`
}

function shortId(id: string): string {
  return id.length > 12 ? `…${id.slice(-6)}` : id
}

function valueText(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : value === null
      ? '–'
      : JSON.stringify(value)
}
