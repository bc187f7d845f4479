import { Button, MultiSelect, SegmentedControl, Textarea } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { QueryOutput } from '@tracedesk/contracts'
import { useState } from 'react'
import { useT, useWords } from '../../i18n/index.ts'
import { Serving } from '../../shared/access/serving.tsx'
import { SessionsList } from '../../shared/access/sessions-list.tsx'
import { SignInHistory } from '../../shared/access/sign-in-history.tsx'
import { useCommand } from '../../shared/command.ts'
import { queryOf } from '../../shared/queries.ts'
import { useMay } from '../../shared/session.ts'
import { Dialog } from '../../shared/ui/dialog.tsx'
import { ErrorFace, RowsSkeleton } from '../../shared/ui/faces.tsx'
import { Failure } from '../../shared/ui/failure.tsx'
import classes from './team.module.css'
import type { Agent } from './team.ts'

type Row = QueryOutput<'access.review'>['items'][number]
const SWITCHES = ['transfer', 'recall', 'delete_note', 'reopen', 'broadcast', 'translate'] as const
const CHANGES = [['access.review']]

/** What differs from the role for one person, their second factor, sessions and sign-ins. */
export function PersonAccess({ agent, onClose }: { agent: Agent; onClose: () => void }) {
  const t = useT()
  const may = useMay()
  const review = useQuery(queryOf('access.review', {}))
  const row = review.data?.items.find(one => one.id === agent.id)
  return (
    <Dialog size="lg" onClose={onClose} title={t('team.access.title', { name: agent.name })}>
      {review.isPending && <RowsSkeleton rows={4} />}
      {review.isError && <ErrorFace error={review.error} retry={() => void review.refetch()} />}
      {row && (
        <div className={classes.access}>
          <Switches row={row} />
          <section>
            <h3>{t('team.access.serving')}</h3>
            <Serving agentId={row.id} serving={row.serving} />
          </section>
          {agent.role !== 'owner' && <Bots row={row} />}
          {row.twoFactor && may('two_factor.reset') && <ResetTwoFactor agent={agent} />}
          <section>
            <h3>{t('account.sessions')}</h3>
            <SessionsList agentId={agent.id} mayEnd={may('agent.deactivate')} />
          </section>
          <section>
            <h3>{t('account.history')}</h3>
            <SignInHistory agentId={agent.id} />
          </section>
          {may('agent.report_offboarding') && (
            <Link to="/team/report/$agentId" params={{ agentId: agent.id }}>
              {t('team.report.title')}
            </Link>
          )}
        </div>
      )}
    </Dialog>
  )
}

function Switches({ row }: { row: Row }) {
  const t = useT()
  const words = useWords()
  const may = useMay()
  const grant = useCommand('agent.grant', { changes: CHANGES })
  const revoke = useCommand('agent.revoke', { changes: CHANGES })
  return (
    <section>
      <h3>{t('team.access.switches')}</h3>
      <p className={classes.text}>{t('team.access.switchesText')}</p>
      <dl className={classes.switches}>
        {SWITCHES.map(name => {
          const set = row.switches.find(one => one.switch === name)
          const value = set ? (set.granted ? 'on' : 'off') : 'role'
          return (
            <div key={name}>
              <dt>{words(`value.${name}`, name)}</dt>
              <dd>
                <SegmentedControl
                  size="xs"
                  aria-label={words(`value.${name}`, name)}
                  value={value}
                  disabled={grant.isPending || revoke.isPending}
                  readOnly={!may('agent.grant')}
                  data={[
                    // once said, only the opposite can be said: the log has no way back to silence
                    { value: 'role', label: t('team.access.asRole'), disabled: value !== 'role' },
                    { value: 'on', label: t('settings.on') },
                    { value: 'off', label: t('settings.off') },
                  ]}
                  onChange={next => {
                    const input = { agentId: row.id, switch: name }
                    if (next === 'on') grant.mutate(input)
                    if (next === 'off') revoke.mutate(input)
                  }}
                />
              </dd>
            </div>
          )
        })}
      </dl>
    </section>
  )
}

function Bots({ row }: { row: Row }) {
  const t = useT()
  const may = useMay()
  const bots = useQuery({ ...queryOf('bot.list', {}), enabled: may('bot.view') })
  const [chosen, setChosen] = useState<string[]>(row.bots ?? [])
  const set = useCommand('agent.set_bots', { announce: false, changes: [...CHANGES, ['conversation.list']] })
  const isSame = [...chosen].sort().join() === [...(row.bots ?? [])].sort().join()
  return (
    <section>
      <h3>{t('team.bots')}</h3>
      <p className={classes.text}>{t('team.access.botsText')}</p>
      <MultiSelect
        size="xs"
        aria-label={t('team.bots')}
        placeholder={chosen.length === 0 ? t('team.allBots') : ''}
        disabled={!may('agent.set_bots')}
        data={(bots.data?.items ?? []).map(({ id, name, username }) => ({
          value: id as string,
          label: `${name} (@${username})`,
        }))}
        value={chosen}
        onChange={setChosen}
      />
      <Failure error={set.error} />
      {!isSame && (
        <Button
          mt={8}
          size="xs"
          loading={set.isPending}
          onClick={() => set.mutate({ agentId: row.id, botIds: chosen.length === 0 ? null : chosen })}
        >
          {t('action.save')}
        </Button>
      )}
    </section>
  )
}

function ResetTwoFactor({ agent }: { agent: Agent }) {
  const t = useT()
  const [reasonText, setReason] = useState('')
  const reset = useCommand('two_factor.reset', {
    announce: false,
    changes: [...CHANGES, ['session.list'], ['session.history']],
  })
  return (
    <section>
      <h3>{t('account.twoFactor')}</h3>
      <p className={classes.text}>{t('team.access.resetText')}</p>
      <Textarea
        size="xs"
        autosize
        maxLength={500}
        aria-label={t('team.access.reason')}
        placeholder={t('team.access.reason')}
        value={reasonText}
        onChange={event => setReason(event.currentTarget.value.replaceAll('\n', ' '))}
      />
      <Failure error={reset.error} />
      <Button
        mt={8}
        size="xs"
        color="red.8"
        disabled={!reasonText.trim()}
        loading={reset.isPending}
        onClick={() => reset.mutate({ agentId: agent.id, reasonText: reasonText.trim() })}
      >
        {t('account.takeOff')}
      </Button>
    </section>
  )
}
