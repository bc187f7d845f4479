import { SegmentedControl, Select, Textarea, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { QueryOutput } from '@tracedesk/contracts'
import { useState } from 'react'
import { useT } from '../../i18n/index.ts'
import { useCommand } from '../../shared/command.ts'
import { EditorDialog } from '../../shared/editor-dialog.tsx'
import { queryOf } from '../../shared/queries.ts'
import { RULE_KINDS, rulesOf, textsOf } from './rules-text.ts'

export type Group = QueryOutput<'phrase_group.list'>['items'][number]

/** Writes a new phrase group, or the next version of one. */
export function GroupEditor({ group, onClose }: { group: Group | null; onClose: () => void }) {
  const t = useT()
  const bots = useQuery(queryOf('bot.list', {}))
  const [name, setName] = useState(group?.name ?? '')
  const [botId, setBot] = useState<string | null>(group?.botId ?? null)
  const [action, setAction] = useState<Group['action']>(group?.action ?? 'block')
  const [texts, setTexts] = useState(() => textsOf(group?.rules ?? []))
  const callbacks = { announce: false, changes: [['phrase_group.list']], onDone: onClose }
  const create = useCommand('phrase_group.create', callbacks)
  const update = useCommand('phrase_group.update', callbacks)
  const rules = rulesOf(texts, group?.rules ?? [])
  const save = () => {
    const given = {
      name: name.trim(),
      botId: botId as Group['botId'], // an id from the list of bots
      languages: group?.languages ?? [],
      action,
      rules,
    }
    if (group) update.mutate({ phraseGroupId: group.id, version: group.version, ...given })
    else create.mutate(given)
  }
  return (
    <EditorDialog
      title={t(group ? 'replies.editGroup' : 'replies.addGroup')}
      isBusy={create.isPending || update.isPending}
      error={create.error ?? update.error}
      isReady={rules.length > 0}
      onSave={save}
      onClose={onClose}
    >
      <TextInput
        data-autofocus
        required
        label={t('replies.title')}
        maxLength={80}
        value={name}
        onChange={event => setName(event.currentTarget.value)}
      />
      <Select
        label={t('replies.bot')}
        placeholder={t('replies.allBots')}
        clearable
        data={(bots.data?.items ?? []).map(bot => ({ value: bot.id as string, label: bot.name }))}
        value={botId}
        onChange={setBot}
      />
      <SegmentedControl
        mt={10}
        fullWidth
        aria-label={t('replies.whatHappens')}
        value={action}
        data={(['block', 'confirm'] as const).map(value => ({
          value,
          label: t(`replies.action.${value}`),
        }))}
        onChange={value => setAction(value === 'confirm' ? 'confirm' : 'block')}
      />
      {RULE_KINDS.map(kind => (
        <Textarea
          key={kind}
          label={t(`replies.rules.${kind}`)}
          autosize
          minRows={2}
          maxRows={8}
          dir="auto"
          value={texts[kind]}
          onChange={event => setTexts({ ...texts, [kind]: event.currentTarget.value })}
        />
      ))}
    </EditorDialog>
  )
}
