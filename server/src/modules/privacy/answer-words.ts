import type { ConsentPurpose, PrivacyKind } from '@tracedesk/contracts'

type Language = 'en' | 'zh' | 'ru'

interface Words {
  readonly notice: string
  readonly commands: string
  readonly consents: string
  readonly none: string
  readonly purpose: Readonly<Record<ConsentPurpose, string>>
  readonly given: (purpose: string) => string
  readonly withdrawn: (purpose: string) => string
  readonly asked: Readonly<Record<PrivacyKind, string>>
  /** Never ends with the day: in Russian that has a full stop of its own. */
  readonly opened: (asked: string, day: string) => string
}

const COMMANDS = ['/privacy export', '/privacy correct', '/privacy restrict', '/privacy erase'] as const

const WORDS: Readonly<Record<Language, Words>> = {
  en: {
    notice: 'We keep your messages and your Telegram name to answer you. You may ask about them here.',
    commands: `${COMMANDS[0]}: a copy of your data\n${COMMANDS[1]}: have something corrected\n${COMMANDS[2]}: have us only store it\n${COMMANDS[3]}: have it erased\n/consent marketing and /withdraw marketing: agree, or no longer (also: analytics, support)`,
    consents: 'You agree to: ',
    none: 'nothing',
    purpose: { support: 'support', marketing: 'marketing', analytics: 'analytics' },
    given: purpose => `Noted: you agree to ${purpose}.`,
    withdrawn: purpose => `Noted: you no longer agree to ${purpose}.`,
    asked: {
      access: 'a copy of your data',
      rectification: 'a correction; please write here what is wrong',
      restriction: 'that we only store your data',
      erasure: 'that your data be erased',
    },
    opened: (asked, day) => `Noted. By ${day} we answer your request for: ${asked}.`,
  },
  zh: {
    notice: '我们保存您的消息和 Telegram 名称，以便回复您。您可以在这里提出相关请求。',
    commands: `${COMMANDS[0]}：获取您的数据副本\n${COMMANDS[1]}：要求更正\n${COMMANDS[2]}：要求仅存储、不使用\n${COMMANDS[3]}：要求删除\n/consent marketing 与 /withdraw marketing：同意或撤回（也可用 analytics、support）`,
    consents: '您已同意：',
    none: '无',
    purpose: { support: '客服支持', marketing: '营销', analytics: '分析' },
    given: purpose => `已记录：您同意“${purpose}”。`,
    withdrawn: purpose => `已记录：您不再同意“${purpose}”。`,
    asked: {
      access: '获取您的数据副本',
      rectification: '更正数据；请在此写明哪里有误',
      restriction: '仅存储您的数据、不使用',
      erasure: '删除您的数据',
    },
    opened: (asked, day) => `您的请求已登记：${asked}。我们将在 ${day} 之前答复。`,
  },
  ru: {
    notice:
      'Мы храним ваши сообщения и имя в Telegram, чтобы отвечать вам. Здесь можно обратиться по поводу этих данных.',
    commands: `${COMMANDS[0]}: копия ваших данных\n${COMMANDS[1]}: исправить\n${COMMANDS[2]}: только хранить\n${COMMANDS[3]}: удалить\n/consent marketing и /withdraw marketing: согласие и отказ (также analytics, support)`,
    consents: 'Вы согласны на: ',
    none: 'ничего',
    purpose: { support: 'поддержку', marketing: 'рассылку', analytics: 'аналитику' },
    given: purpose => `Записано: вы согласны на ${purpose}.`,
    withdrawn: purpose => `Записано: вы больше не согласны на ${purpose}.`,
    asked: {
      access: 'получить копию ваших данных',
      rectification: 'исправить данные; напишите здесь, что неверно',
      restriction: 'только хранить ваши данные',
      erasure: 'удалить ваши данные',
    },
    opened: (asked, day) => `Записано. До ${day} мы ответим на просьбу: ${asked}.`,
  },
}

/** The language of our words for somebody whose Telegram speaks `language` (an IETF tag); English for all others. */
export const languageFor = (language: string | null): Language => {
  const tag = (language ?? '').slice(0, 2)
  return tag === 'zh' || tag === 'ru' ? tag : 'en'
}

/** What `/privacy` answers: the workspace's notice or ours, what one may ask, and what one agreed to. */
export function describePrivacy(
  language: string | null,
  notice: string,
  given: readonly ConsentPurpose[],
): string {
  const words = WORDS[languageFor(language)]
  const list = given.map(purpose => words.purpose[purpose]).join(', ') || words.none
  return `${notice.trim() || words.notice}\n\n${words.commands}\n\n${words.consents}${list}`
}

/** What is answered to a consent given or withdrawn: that it is on record, and for what. */
export function sayConsent(
  language: string | null,
  state: 'given' | 'withdrawn',
  purpose: ConsentPurpose,
): string {
  const words = WORDS[languageFor(language)]
  return words[state](words.purpose[purpose])
}

/** What is answered to a request: what was asked, and until when an answer is due. `dueAt`: an instant. */
export function sayOpened(language: string | null, kind: PrivacyKind, dueAt: string): string {
  const words = WORDS[languageFor(language)]
  const day = new Intl.DateTimeFormat(languageFor(language), { dateStyle: 'long', timeZone: 'UTC' })
  return words.opened(words.asked[kind], day.format(new Date(dueAt)))
}
