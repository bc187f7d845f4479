import { Button, Modal, Skeleton, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { Conversation, QueryOutput } from '@tracedesk/contracts'
import { useState } from 'react'
import { useT } from '../../i18n/index.ts'
import { useAnnounce, useCommand } from '../../shared/command.ts'
import { queryOf } from '../../shared/queries.ts'
import { ErrorFace } from '../../shared/ui/faces.tsx'
import { Failure } from '../../shared/ui/failure.tsx'
import { PresenceDot } from '../../shared/ui/presence-dot.tsx'
import classes from './handover.module.css'

type Targets = QueryOutput<'conversation.transfer_targets'>
type Target =
  | { toAgentId: Targets['agents'][number]['id'] }
  | { toDepartmentId: Targets['departments'][number]['id'] }

interface TransferProps {
  conversation: Conversation
  onClose: () => void
}

/** Hands a conversation over in two clicks: to whom, and why. */
export function TransferDialog({ conversation: { id, assignee, bot }, onClose }: TransferProps) {
  const t = useT()
  const announce = useAnnounce()
  const transfer = useCommand('conversation.transfer', {
    announce: false,
    changes: [['conversation.get', { id }], ['conversation.list']],
    onDone: ({ state }) => {
      announce(t(`handover.${state}`))
      onClose()
    },
  })
  return (
    <TransferChoice
      exclude={assignee?.id ?? null}
      botId={bot.id}
      isBusy={transfer.isPending}
      error={transfer.error}
      onClose={onClose}
      onChoose={choice => transfer.mutate({ conversationId: id, ...choice })}
    />
  )
}

interface ChoiceProps {
  /** an agent who is not offered: they have it already */
  exclude: string | null
  /** only people who serve this bot are offered; null: conversations of several bots */
  botId: string | null
  isBusy: boolean
  error: unknown
  onChoose: (choice: Target & { reasonCode: string; reasonText?: string }) => void
  onClose: () => void
}

/** To whom, and why; the click on the reason decides. */
export function TransferChoice(props: ChoiceProps) {
  const t = useT()
  const { botId: bot } = props
  const targets = useQuery({
    ...queryOf('conversation.transfer_targets', bot ? { bot } : {}),
    refetchOnMount: 'always',
  })
  return (
    <Modal
      opened
      onClose={props.onClose}
      title={t('handover.title')}
      closeButtonProps={{ 'aria-label': t('action.close') }}
    >
      {targets.isPending && <Skeleton height={240} />}
      {targets.isError && !targets.data && (
        <ErrorFace error={targets.error} retry={() => void targets.refetch()} />
      )}
      {targets.data && <TransferForm {...props} targets={targets.data} />}
    </Modal>
  )
}

function TransferForm({ exclude, isBusy, error, onChoose, targets }: ChoiceProps & { targets: Targets }) {
  const t = useT()
  const [query, setQuery] = useState('')
  const [target, setTarget] = useState<Target | null>(null)
  const [text, setText] = useState('')
  const fits = ({ name }: { name: string }) =>
    name.toLocaleLowerCase().includes(query.trim().toLocaleLowerCase())
  const keyOf = (each: Target | null) => each && ('toAgentId' in each ? each.toAgentId : each.toDepartmentId)
  const isUnattended =
    target !== null &&
    ('toAgentId' in target
      ? targets.agents.find(each => each.id === target.toAgentId)?.state !== 'online'
      : targets.departments.find(each => each.id === target.toDepartmentId)?.online === 0)
  const row = (each: Target, state: 'online' | 'offline' | 'away', name: string, detail: string) => (
    <label key={keyOf(each)} className={classes.target}>
      <input
        type="radio"
        name="target"
        checked={keyOf(target) === keyOf(each)}
        onChange={() => setTarget(each)}
      />
      <PresenceDot state={state} />
      <bdi className={classes.targetName}>{name}</bdi>
      <span className={classes.detail}>{detail}</span>
    </label>
  )
  return (
    <>
      <TextInput
        size="xs"
        type="search"
        data-autofocus
        aria-label={t('handover.find')}
        placeholder={t('handover.find')}
        value={query}
        onChange={event => setQuery(event.currentTarget.value)}
      />
      <fieldset className={classes.targets}>
        <legend className="visually-hidden">{t('handover.to')}</legend>
        {targets.departments.filter(fits).map(each =>
          row(
            { toDepartmentId: each.id },
            each.online > 0 ? 'online' : 'offline',
            each.name,
            t('handover.department', {
              online: each.online,
              members: each.members,
              queue: each.queueLength,
            }),
          ),
        )}
        {targets.agents
          .filter(each => each.id !== exclude && fits(each))
          .map(each =>
            row(
              { toAgentId: each.id },
              each.state,
              each.name,
              t('handover.load', { load: each.load, capacity: each.capacity }),
            ),
          )}
      </fieldset>
      {isUnattended && <p className={classes.warning}>{t('handover.unattended')}</p>}
      <TextInput
        size="xs"
        label={t('handover.text')}
        maxLength={500}
        value={text}
        onChange={event => setText(event.currentTarget.value)}
      />
      <p className={classes.why}>{t('handover.why')}</p>
      <div className={classes.reasons}>
        {targets.reasons.map(({ code, words }) => (
          <Button
            key={code}
            size="xs"
            variant="light"
            disabled={target === null}
            loading={isBusy}
            onClick={() =>
              target &&
              onChoose({ ...target, reasonCode: code, ...(text.trim() && { reasonText: text.trim() }) })
            }
          >
            {words}
          </Button>
        ))}
      </div>
      <Failure error={error} />
    </>
  )
}
