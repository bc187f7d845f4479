import type { ConsentPurpose } from '@tracedesk/contracts'

type Language = 'en' | 'zh' | 'ru'

interface Words {
  readonly notice: string
  readonly commands: string
  readonly consents: string
  readonly none: string
  readonly purpose: Readonly<Record<ConsentPurpose, string>>
  readonly given: string
  readonly withdrawn: string
  readonly opened: (day: string) => string
}

const COMMANDS = ['/privacy export', '/privacy correct', '/privacy restrict', '/privacy erase'] as const

const WORDS: Readonly<Record<Language, Words>> = {
  en: {
    notice: 'We keep your messages and your Telegram name to answer you. You may ask about them here.',
    commands: `${COMMANDS[0]}: a copy of your data\n${COMMANDS[1]}: have something corrected\n${COMMANDS[2]}: have us only store it\n${COMMANDS[3]}: have it erased\n/consent marketing and /withdraw marketing: agree, or no longer (also: analytics, support)`,
    consents: 'You agree to: ',
    none: 'nothing',
    purpose: { support: 'support', marketing: 'marketing', analytics: 'analytics' },
    given: 'Noted: you agree.',
    withdrawn: 'Noted: you no longer agree.',
    opened: day => `Your request was noted. We answer by ${day}.`,
  },
  zh: {
    notice: '我们保存您的消息和 Telegram 名称，以便回复您。您可以在这里提出相关请求。',
    commands: `${COMMANDS[0]}：获取您的数据副本\n${COMMANDS[1]}：要求更正\n${COMMANDS[2]}：要求仅存储、不使用\n${COMMANDS[3]}：要求删除\n/consent marketing 与 /withdraw marketing：同意或撤回（也可用 analytics、support）`,
    consents: '您已同意：',
    none: '无',
    purpose: { support: '客服支持', marketing: '营销', analytics: '分析' },
    given: '已记录：您同意。',
    withdrawn: '已记录：您不再同意。',
    opened: day => `您的请求已登记。我们将在 ${day} 之前答复。`,
  },
  ru: {
    notice:
      'Мы храним ваши сообщения и имя в Telegram, чтобы отвечать вам. Здесь можно обратиться по поводу этих данных.',
    commands: `${COMMANDS[0]}: копия ваших данных\n${COMMANDS[1]}: исправить\n${COMMANDS[2]}: только хранить\n${COMMANDS[3]}: удалить\n/consent marketing и /withdraw marketing: согласие и отказ (также analytics, support)`,
    consents: 'Вы согласны на: ',
    none: 'ничего',
    purpose: { support: 'поддержку', marketing: 'рассылку', analytics: 'аналитику' },
    given: 'Записано: вы согласны.',
    withdrawn: 'Записано: вы больше не согласны.',
    opened: day => `Обращение записано. Мы ответим до ${day}.`,
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

export const sayConsent = (language: string | null, state: 'given' | 'withdrawn'): string =>
  WORDS[languageFor(language)][state]

/** `dueAt`: an instant. */
export const sayOpened = (language: string | null, dueAt: string): string => {
  const day = new Intl.DateTimeFormat(languageFor(language), { dateStyle: 'long', timeZone: 'UTC' })
  return WORDS[languageFor(language)].opened(day.format(new Date(dueAt)))
}
