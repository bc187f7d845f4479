import { ActionIcon, Button, Select, TextInput } from '@mantine/core'
import { IconPlus, IconX } from '@tabler/icons-react'
import type { QueryOutput } from '@tracedesk/contracts'
import { useState } from 'react'
import { useT } from '../../i18n/index.ts'
import { useCommand } from '../../shared/command.ts'
import { useMay } from '../../shared/session.ts'
import { Failure } from '../../shared/ui/failure.tsx'
import type { Bot } from './bot.ts'
import classes from './bots.module.css'

type Lists = QueryOutput<'bot.profile'>['commands']
type Scope = Lists[number]['scope']
type Rows = Lists[number]['commands']

const COMMANDS_MAX = 100
const isCommand = (text: string): boolean => /^[a-z0-9_]{1,32}$/.test(text)
const isOnce = (text: string, rows: Rows): boolean =>
  rows.filter(({ command }) => command === text).length === 1
const same = (a: Rows, b: Rows): boolean => JSON.stringify(a) === JSON.stringify(b)

/** The commands Telegram offers in a bot's menu in one language, for one group of people at a time. */
export function BotCommands({ bot, language, now }: { bot: Bot; language: string; now: Lists }) {
  const t = useT()
  const readOnly = !useMay()('bot.set_commands')
  const [scope, setScope] = useState<Scope>('default')
  const [drafts, setDrafts] = useState<Partial<Record<Scope, Rows>>>({})
  const save = useCommand('bot.set_commands', {
    announce: false,
    changes: [['bot.changes', { botId: bot.id }]],
  })
  const atTelegram = now.find(list => list.scope === scope)?.commands ?? []
  const rows = drafts[scope] ?? atTelegram
  const change = (next: Rows) => setDrafts({ ...drafts, [scope]: next })
  const isFine = rows.every(
    ({ command, description }) => isCommand(command) && isOnce(command, rows) && description.trim(),
  )
  return (
    <form
      className={classes.profileForm}
      onSubmit={event => {
        event.preventDefault()
        save.mutate({ botId: bot.id, language, scope, commands: rows })
      }}
    >
      <h3>{t('bots.profile.commands')}</h3>
      <Select
        size="xs"
        allowDeselect={false}
        label={t('bots.profile.scope')}
        value={scope}
        data={now.map(({ scope: value }) => ({ value, label: t(`value.${value}`) }))}
        onChange={value => setScope(now.find(list => list.scope === value)?.scope ?? scope)}
      />
      {rows.length === 0 && <p className={classes.small}>{t('bots.profile.noCommands')}</p>}
      <CommandRows rows={rows} readOnly={readOnly} onChange={change} />
      <Failure error={save.error} />
      {!readOnly && (
        <div className={classes.actions}>
          <Button
            size="xs"
            variant="default"
            leftSection={<IconPlus size={14} aria-hidden />}
            disabled={rows.length >= COMMANDS_MAX}
            onClick={() => change([...rows, { command: '', description: '' }])}
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
