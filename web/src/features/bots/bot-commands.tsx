import { ActionIcon, Button, Select, TextInput } from '@mantine/core'
import { IconPlus, IconX } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import type { CommandInput, QueryOutput } from '@tracedesk/contracts'
import { useState } from 'react'
import { useT } from '../../i18n/index.ts'
import { useCommand } from '../../shared/command.ts'
import { queryOf } from '../../shared/queries.ts'
import { useMay } from '../../shared/session.ts'
import { ErrorFace, RowsSkeleton } from '../../shared/ui/faces.tsx'
import { Failure } from '../../shared/ui/failure.tsx'
import type { Bot } from './bot.ts'
import classes from './bots.module.css'
import { ChatChoice } from './chat-choice.tsx'

type Lists = QueryOutput<'bot.profile'>['commands']
type Rows = Lists[number]['commands']
type Customer = QueryOutput<'conversation.list'>['items'][number]['customer']['id']
const CHAT_SCOPES = ['chat', 'chat_administrators', 'chat_member'] as const
type ChatScope = (typeof CHAT_SCOPES)[number]
type Scope = Lists[number]['scope'] | ChatScope

const COMMANDS_MAX = 100
const isCommand = (text: string): boolean => /^[a-z0-9_]{1,32}$/.test(text)
const isOnce = (text: string, rows: Rows): boolean =>
  rows.filter(({ command }) => command === text).length === 1
const same = (a: Rows, b: Rows): boolean => JSON.stringify(a) === JSON.stringify(b)

interface CommandsProps {
  bot: Bot
  language: string
  now: Lists
}

const isChatScope = (scope: Scope): scope is ChatScope => CHAT_SCOPES.some(each => each === scope)

/** The commands Telegram offers in a bot's menu in one language, for one group of people or one chat at a time. */
export function BotCommands({ bot, language, now }: CommandsProps) {
  const t = useT()
  const [scope, setScope] = useState<Scope>('default')
  const scopes: Scope[] = [...now.map(({ scope: each }) => each), ...CHAT_SCOPES]
  return (
    <section className={classes.profileForm}>
      <h3>{t('bots.profile.commands')}</h3>
      <Select
        size="xs"
        allowDeselect={false}
        label={t('bots.profile.scope')}
        value={scope}
        data={scopes.map(value => ({ value, label: t(`value.${value}`) }))}
        onChange={value => setScope(scopes.find(each => each === value) ?? scope)}
      />
      {isChatScope(scope) ? (
        <ChatCommands key={scope} bot={bot} language={language} scope={scope} />
      ) : (
        <CommandsForm
          key={scope}
          bot={bot}
          place={{ language, scope }}
          atTelegram={now.find(list => list.scope === scope)?.commands ?? []}
        />
      )}
    </section>
  )
}

/** Those of one chat, once it was chosen: they are asked of Telegram only then. */
function ChatCommands({ bot, language, scope }: { bot: Bot; language: string; scope: ChatScope }) {
  const t = useT()
  const may = useMay()
  const [chat, setChat] = useState<Customer | null>(null)
  const [member, setMember] = useState<Customer | null>(null)
  const isGroup = scope !== 'chat'
  const place = {
    language,
    scope,
    ...(chat ? { chat } : {}),
    ...(scope === 'chat_member' && member ? { member } : {}),
  }
  const members = useQuery({
    // asked only once there is a chat
    ...queryOf('bot.group_members', { botId: bot.id, chat: chat as Customer }),
    enabled: scope === 'chat_member' && chat !== null && may('bot.set_commands'),
  })
  const isChosen = chat !== null && (scope !== 'chat_member' || member !== null)
  const list = useQuery({
    ...queryOf('bot.chat_commands', { botId: bot.id, ...place }),
    enabled: isChosen,
    retry: false,
  })
  return (
    <>
      <ChatChoice
        bot={bot}
        label={t(isGroup ? 'bots.profile.chatGroup' : 'bots.profile.chat')}
        among={isGroup ? 'groups' : 'all'}
        value={chat}
        onChange={setChat}
      />
      {scope === 'chat_member' && (
        <ChatChoice
          bot={bot}
          label={t('bots.profile.member')}
          among="people"
          first={members.data?.items}
          value={member}
          onChange={setMember}
        />
      )}
      {isChosen && list.isPending && <RowsSkeleton rows={2} />}
      {list.isError && <ErrorFace error={list.error} retry={() => void list.refetch()} />}
      {isChosen && list.data && !list.isError && (
        <CommandsForm key={`${chat}/${member}`} bot={bot} place={place} atTelegram={list.data.commands} />
      )}
    </>
  )
}

interface CommandsFormProps {
  bot: Bot
  place: Pick<CommandInput<'bot.set_commands'>, 'language' | 'scope' | 'chat' | 'member'>
  atTelegram: Rows
}

function CommandsForm({ bot, place, atTelegram }: CommandsFormProps) {
  const t = useT()
  const readOnly = !useMay()('bot.set_commands')
  const [draft, setDraft] = useState<Rows>()
  const save = useCommand('bot.set_commands', {
    announce: false,
    changes: [['bot.changes', { botId: bot.id }]],
  })
  const rows = draft ?? atTelegram
  const isFine = rows.every(
    ({ command, description }) => isCommand(command) && isOnce(command, rows) && description.trim(),
  )
  return (
    <form
      className={classes.commandForm}
      onSubmit={event => {
        event.preventDefault()
        save.mutate({ botId: bot.id, ...place, commands: rows })
      }}
    >
      {rows.length === 0 && <p className={classes.small}>{t('bots.profile.noCommands')}</p>}
      <CommandRows rows={rows} readOnly={readOnly} onChange={setDraft} />
      <Failure error={save.error} />
      {!readOnly && (
        <div className={classes.actions}>
          <Button
            size="xs"
            variant="default"
            leftSection={<IconPlus size={14} aria-hidden />}
            disabled={rows.length >= COMMANDS_MAX}
            onClick={() => setDraft([...rows, { command: '', description: '' }])}
          >
            {t('bots.profile.addCommand')}
          </Button>
          <Button
            size="xs"
            type="submit"
            disabled={!isFine || same(rows, atTelegram)}
            loading={save.isPending}
          >
            {t('bots.profile.saveTexts')}
          </Button>
        </div>
      )}
    </form>
  )
}

interface CommandRowsProps {
  rows: Rows
  readOnly: boolean
  onChange: (rows: Rows) => void
}

function CommandRows({ rows, readOnly, onChange }: CommandRowsProps) {
  const t = useT()
  const set = (at: number, part: Partial<Rows[number]>) =>
    onChange(rows.map((row, i) => (i === at ? { ...row, ...part } : row)))
  return rows.map(({ command, description }, at) => {
    const number = at + 1
    const isWrong = command !== '' && !(isCommand(command) && isOnce(command, rows))
    return (
      // biome-ignore lint/suspicious/noArrayIndexKey: a row is known by its place alone while its name is typed
      <div key={at} className={classes.commandRow}>
        <TextInput
          size="xs"
          leftSection="/"
          aria-label={t('bots.profile.command', { number })}
          maxLength={32}
          readOnly={readOnly}
          value={command}
          error={isWrong && t('bots.profile.commandRule')}
          onChange={event => set(at, { command: event.currentTarget.value })}
        />
        <TextInput
          size="xs"
          dir="auto"
          aria-label={t('bots.profile.commandText', { number })}
          maxLength={256}
          readOnly={readOnly}
          value={description}
          onChange={event => set(at, { description: event.currentTarget.value })}
        />
        {!readOnly && (
          <ActionIcon
            aria-label={t('bots.profile.removeCommand', { number })}
            onClick={() => onChange(rows.filter((_, i) => i !== at))}
          >
            <IconX size={14} aria-hidden />
          </ActionIcon>
        )}
      </div>
    )
  })
}
