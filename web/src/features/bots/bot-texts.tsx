import { Button, Textarea, TextInput } from '@mantine/core'
import type { QueryOutput } from '@tracedesk/contracts'
import { useState } from 'react'
import { useT } from '../../i18n/index.ts'
import { useCommand } from '../../shared/command.ts'
import { useMay } from '../../shared/session.ts'
import { Failure } from '../../shared/ui/failure.tsx'
import type { Bot } from './bot.ts'
import classes from './bots.module.css'

type Texts = Pick<QueryOutput<'bot.profile'>, 'name' | 'description' | 'shortDescription'>
const FIELDS = ['name', 'description', 'shortDescription'] as const

/** The texts of a bot's profile in one language: as Telegram has them, and what is to be told to it instead. */
export function BotTexts({ bot, language, now }: { bot: Bot; language: string; now: Texts }) {
  const t = useT()
  const readOnly = !useMay()('bot.set_profile')
  const [draft, setDraft] = useState<Partial<Texts>>({})
  const save = useCommand('bot.set_profile', {
    announce: false,
    changes: [['bot.changes', { botId: bot.id }]],
  })
  const changed = FIELDS.filter(field => (draft[field] ?? now[field]).trim() !== now[field])
  const field = (name: keyof Texts) => ({
    label: t(`bots.profile.${name}`),
    value: draft[name] ?? now[name],
    readOnly,
    dir: 'auto',
    onChange: (event: { currentTarget: { value: string } }) =>
      setDraft({ ...draft, [name]: event.currentTarget.value }),
  })
  return (
    <form
      className={classes.profileForm}
      onSubmit={event => {
        event.preventDefault()
        const texts = Object.fromEntries(changed.map(name => [name, (draft[name] ?? '').trim()]))
        if (changed.length > 0) save.mutate({ botId: bot.id, language, ...texts })
      }}
    >
      <TextInput maxLength={64} {...field('name')} />
      <Textarea autosize minRows={2} maxRows={8} maxLength={512} {...field('description')} />
      <TextInput maxLength={120} {...field('shortDescription')} />
      <Failure error={save.error} />
      {!readOnly && (
        <Button type="submit" size="xs" disabled={changed.length === 0} loading={save.isPending}>
          {t('bots.profile.saveTexts')}
        </Button>
      )}
    </form>
  )
}
