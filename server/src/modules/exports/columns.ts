import type { Entry, Part } from '@tracedesk/contracts'
import type { ExportOptions } from './file-writer.ts'

type Language = 'en' | 'zh' | 'ru'
type Cell = string | number | null

interface Column {
  readonly name: string
  readonly heads: Readonly<Record<Language, string>>
  readonly of: (entry: Entry) => Cell
}

/** A part in one cell: its words, or in brackets why there are none. */
export const cellOf = (part: Part | null | undefined): string | null => {
  if (!part) return null
  if (part.state === 'open') return part.value
  return part.state === 'erased' ? `[erased ${part.by ?? ''}]` : `[${part.state}]`
}

const otherParts = ({ parts }: Entry): string | null => {
  const names = Object.keys(parts)
  if (names.length === 0 || (names.length === 1 && names[0] === 'text')) return null
  const others = Object.entries(parts).filter(([name]) => name !== 'text' && name !== 'update')
  return others.length === 0
    ? null
    : JSON.stringify(Object.fromEntries(others.map(([name, part]) => [name, cellOf(part)])))
}

const column = (name: string, en: string, zh: string, ru: string, of: Column['of']): Column => ({
  name,
  heads: { en, zh, ru },
  of,
})

/** One row an entry, for spreadsheets and columnar files. */
export const COLUMNS: readonly Column[] = [
  column('position', 'Position', '位置', 'Позиция', entry => entry.position),
  column('id', 'Entry', '条目', 'Запись', entry => entry.id),
  column('at', 'Time (UTC)', '时间 (UTC)', 'Время (UTC)', entry => entry.at),
  column('recordedAt', 'Recorded (UTC)', '记录时间 (UTC)', 'Записано (UTC)', entry => entry.recordedAt),
  column('event', 'Event', '事件', 'Событие', entry => entry.event),
  column('outcome', 'Outcome', '结果', 'Исход', entry => entry.outcome),
  column('actorKind', 'Kind of actor', '操作者类型', 'Вид участника', entry => entry.actor.kind),
  column('actorId', 'Actor', '操作者', 'Участник', entry => entry.actor.id),
  column('actorName', 'Name', '姓名', 'Имя', entry => cellOf(entry.actor.name)),
  column('actorRole', 'Role', '角色', 'Роль', entry => entry.actor.role),
  column(
    'departments',
    'Departments',
    '部门',
    'Отделы',
    entry => entry.actor.departments.map(each => each.name ?? each.id).join('; ') || null,
  ),
  column('subjectKind', 'Kind of subject', '对象类型', 'Вид предмета', entry => entry.subject.kind),
  column('subjectId', 'Subject', '对象', 'Предмет', entry => entry.subject.id),
  column('subjectName', 'Subject’s name', '对象名称', 'Название', entry => cellOf(entry.subject.name)),
  column('conversationId', 'Conversation', '会话', 'Переписка', entry => entry.conversationId),
  column('customerId', 'Customer', '客户', 'Клиент', entry => entry.customerId),
  column('customerName', 'Customer’s name', '客户姓名', 'Имя клиента', entry => cellOf(entry.customerName)),
  column('botId', 'Bot', '机器人', 'Бот', entry => entry.botId),
  column('text', 'Text', '文本', 'Текст', entry => cellOf(entry.parts.text)),
  column('parts', 'Other parts', '其他内容', 'Другие части', otherParts),
  column('data', 'Facts', '事实', 'Данные', entry => JSON.stringify(entry.data)),
  column('reason', 'Reason', '原因', 'Причина', entry => entry.reason?.code ?? null),
  column('causedBy', 'Caused by', '起因', 'Вызвано', entry => entry.causedBy),
  column('source', 'Source', '来源', 'Источник', entry => entry.via.source),
  column('ip', 'IP address', 'IP 地址', 'IP-адрес', entry => cellOf(entry.via.ip)),
  column('onBehalfOf', 'In the name of', '以谁的名义', 'От имени', entry => entry.onBehalfOf),
]

/** The columns of a file for people: with a language, what an event is called in it stands beside the event. */
export async function columnsFor({
  language,
  words: wordsOf,
}: Omit<ExportOptions, 'bom'>): Promise<readonly Column[]> {
  if (language === undefined || wordsOf === undefined) return COLUMNS
  const words = await wordsOf(language)
  return COLUMNS.flatMap(each =>
    each.name === 'event'
      ? [
          each,
          column(
            'eventName',
            'What happened',
            '发生了什么',
            'Что произошло',
            ({ event }) => words.get(`eventName.${event}`) ?? event,
          ),
        ]
      : [each],
  )
}

export const headsOf = (columns: readonly Column[], language: Language | undefined): string[] =>
  columns.map(({ name, heads }) => (language ? heads[language] : name))

/** The last row of a file that a limit cut off: it must not look whole. */
export const truncationRow = (rows: number, columns: readonly Column[] = COLUMNS): Cell[] =>
  columns.map(({ name }) =>
    name === 'event' ? 'export.truncated' : name === 'data' ? JSON.stringify({ rows }) : null,
  )
