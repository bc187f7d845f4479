import { Button, Skeleton, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { Conversation, QueryOutput } from '@tracedesk/contracts'
import { useState } from 'react'
import { useT } from '../../i18n/index.ts'
import { useAnnounce, useCommand } from '../../shared/command.ts'
import { queryOf } from '../../shared/queries.ts'
import { Dialog } from '../../shared/ui/dialog.tsx'
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

/** To whom, and why; the click on the reason beside a name decides. */
export function TransferChoice(props: ChoiceProps) {
  const t = useT()
  const { botId: bot } = props
  const targets = useQuery({
    ...queryOf('conversation.transfer_targets', bot ? { bot } : {}),
    refetchOnMount: 'always',
  })
  return (
    <Dialog onClose={props.onClose} title={t('handover.title')} size={600}>
      {targets.isPending && <Skeleton height={240} />}
      {targets.isError && !targets.data && (
        <ErrorFace error={targets.error} retry={() => void targets.refetch()} />
      )}
      {targets.data && <TransferForm {...props} targets={targets.data} />}
    </Dialog>
  )
}

type Reason = Targets['reasons'][number]
const keyOf = (target: Target | null) =>
  target && ('toAgentId' in target ? target.toAgentId : target.toDepartmentId)

function isUnattended(targets: Targets, target: Target): boolean {
  return 'toAgentId' in target
    ? targets.agents.find(each => each.id === target.toAgentId)?.state !== 'online'
    : targets.departments.find(each => each.id === target.toDepartmentId)?.online === 0
}

function TransferForm({ exclude, isBusy, error, onChoose, targets }: ChoiceProps & { targets: Targets }) {
  const t = useT()
  const [query, setQuery] = useState('')
  const [chosen, setChosen] = useState<Target | null>(null)
  // the mouse is over it: its reasons are at hand without a click of their own
  const [pointed, setPointed] = useState<Target | null>(null)
  const [text, setText] = useState('')
  const fits = ({ name }: { name: string }) =>
    name.toLocaleLowerCase().includes(query.trim().toLocaleLowerCase())
  const active = pointed ?? chosen
  const words = text.trim()
  const row = (target: Target, state: 'online' | 'offline' | 'away', name: string, detail: string) => (
    <TargetRow
      key={keyOf(target)}
      {...{ state, name, detail, isBusy }}
      isChosen={keyOf(chosen) === keyOf(target)}
      isActive={keyOf(active) === keyOf(target)}
      reasons={targets.reasons}
      onPoint={isOver => setPointed(isOver ? target : null)}
      onChoose={() => setChosen(target)}
      onReason={reasonCode => onChoose({ ...target, reasonCode, ...(words && { reasonText: words }) })}
    />
  )
  const departments = targets.departments.filter(fits)
  const agents = targets.agents.filter(each => each.id !== exclude && fits(each))
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
        {departments.map(each =>
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
        {agents.map(each =>
          row(
            { toAgentId: each.id },
            each.state,
            each.name,
            t('handover.load', { load: each.load, capacity: each.capacity }),
          ),
        )}
        {departments.length + agents.length === 0 && <p className={classes.none}>{t('handover.none')}</p>}
      </fieldset>
      <TextInput
        size="xs"
        label={t('handover.text')}
        maxLength={500}
        value={text}
        onChange={event => setText(event.currentTarget.value)}
      />
      <p className={classes.warning} data-shown={(active && isUnattended(targets, active)) || undefined}>
        {t('handover.unattended')}
      </p>
      <Failure error={error} />
    </>
  )
}

interface TargetRowProps {
  state: 'online' | 'offline' | 'away'
  name: string
  detail: string
  isBusy: boolean
  isChosen: boolean
  /** Its reasons are shown: the mouse is there, or it was chosen by key or touch. */
  isActive: boolean
  reasons: readonly Reason[]
  onPoint: (isOver: boolean) => void
  onChoose: () => void
  onReason: (code: string) => void
}

/** Somebody to hand over to, with the reasons beneath: the click on one decides. */
function TargetRow(props: TargetRowProps) {
  const t = useT()
  const { state, name, detail, isBusy, isChosen, isActive, reasons, onPoint, onChoose, onReason } = props
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the mouse only shows what the radio shows to keys
    <div
      className={classes.target}
      data-active={isActive || undefined}
      onMouseEnter={() => onPoint(true)}
      onMouseLeave={() => onPoint(false)}
    >
      <label className={classes.who}>
        <input type="radio" name="target" checked={isChosen} onChange={onChoose} />
        <PresenceDot state={state} />
        <bdi className={classes.targetName}>{name}</bdi>
        <span className={classes.detail}>{detail}</span>
      </label>
      <div className={classes.reasons}>
        {reasons.map(({ code, words }) => (
          <Button
            key={code}
            size="compact-xs"
            variant="light"
            loading={isBusy}
            aria-label={t('handover.because', { name, reason: words })}
            onClick={() => onReason(code)}
          >
            {words}
          </Button>
        ))}
      </div>
    </div>
  )
}
