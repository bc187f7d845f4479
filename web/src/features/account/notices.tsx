import { Button, Checkbox, NumberInput, Select } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { CommandOutput, QueryOutput } from '@tracedesk/contracts'
import { useState } from 'react'
import { useLanguage, useT } from '../../i18n/index.ts'
import { useCommand } from '../../shared/command.ts'
import { useFormat } from '../../shared/format.ts'
import { queryOf } from '../../shared/queries.ts'
import { CopyField } from '../../shared/ui/copy-field.tsx'
import { ErrorFace, RowsSkeleton } from '../../shared/ui/faces.tsx'
import { Failure } from '../../shared/ui/failure.tsx'
import classes from './account.module.css'

type State = QueryOutput<'notification.state'>
const CHANGES = [['notification.state']]

/** One's own Telegram account: link it, choose what is told there, take the link off. */
export function Notices() {
  const t = useT()
  const state = useQuery(queryOf('notification.state', {}))
  if (state.isPending) return <RowsSkeleton rows={1} />
  if (!state.data) return <ErrorFace error={state.error} retry={() => void state.refetch()} />
  return (
    <>
      <p className={classes.text}>{t('account.notices.text')}</p>
      {state.data.linkedAt === null ? <LinkForm state={state.data} /> : <Choice state={state.data} />}
    </>
  )
}

function LinkForm({ state }: { state: State }) {
  const t = useT()
  const format = useFormat()
  const language = useLanguage()
  const [botId, setBotId] = useState<string | null>(state.bots[0]?.id ?? null)
  const [offer, setOffer] = useState<CommandOutput<'notification.link'> | null>(null)
  const link = useCommand('notification.link', { announce: false, onDone: setOffer })
  if (state.bots.length === 0) return <p className={classes.text}>{t('account.notices.noBots')}</p>
  return (
    <form
      className={classes.form}
      onSubmit={event => {
        event.preventDefault()
        if (botId) link.mutate({ botId, language })
      }}
    >
      <Select
        label={t('account.notices.bot')}
        allowDeselect={false}
        value={botId}
        data={state.bots.map(({ id, name, username }) => ({
          value: id as string,
          label: `${name} (@${username})`,
        }))}
        onChange={setBotId}
      />
      {offer && (
        <p className={classes.text}>{t('account.notices.open', { at: format.exact(offer.until) })}</p>
      )}
      {offer && <CopyField value={offer.url} label={t('account.notices.url')} />}
      <Failure error={link.error} />
      <Button type="submit" size="xs" loading={link.isPending}>
        {t('account.notices.link')}
      </Button>
    </form>
  )
}

function Choice({ state }: { state: State }) {
  const t = useT()
  const format = useFormat()
  const [choice, setChoice] = useState(state.choice)
  const configure = useCommand('notification.configure', { announce: false, changes: CHANGES })
  const unlink = useCommand('notification.unlink', { changes: CHANGES })
  const change = (part: Partial<State['choice']>) => setChoice({ ...choice, ...part })
  const isSame = JSON.stringify(choice) === JSON.stringify(state.choice)
  return (
    <form
      className={classes.form}
      onSubmit={event => {
        event.preventDefault()
        configure.mutate(choice)
      }}
    >
      <p className={classes.text}>
        {t('account.notices.linked', { at: state.linkedAt ? format.exact(state.linkedAt) : '' })}
      </p>
      <Checkbox
        label={t('account.notices.onAssigned')}
        checked={choice.onAssigned}
        onChange={event => change({ onAssigned: event.currentTarget.checked })}
      />
      <Checkbox
        label={t('account.notices.onWaiting')}
        checked={choice.onWaiting}
        onChange={event => change({ onWaiting: event.currentTarget.checked })}
      />
      <NumberInput
        size="xs"
        label={t('account.notices.minutes')}
        min={1}
        max={1440}
        allowDecimal={false}
        disabled={!choice.onWaiting}
        value={choice.waitingMinutes}
        onChange={value => typeof value === 'number' && change({ waitingMinutes: value })}
      />
      <Checkbox
        label={t('account.notices.quiet')}
        checked={choice.quietWhenOnline}
        onChange={event => change({ quietWhenOnline: event.currentTarget.checked })}
      />
      <Failure error={configure.error} />
      <div className={classes.buttons}>
        <Button type="submit" size="xs" disabled={isSame} loading={configure.isPending}>
          {t('action.save')}
        </Button>
        <Button size="xs" variant="default" loading={unlink.isPending} onClick={() => unlink.mutate({})}>
          {t('account.notices.unlink')}
        </Button>
      </div>
    </form>
  )
}
