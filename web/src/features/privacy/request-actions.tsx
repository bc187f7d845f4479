import { Button, Menu } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useT } from '../../i18n/index.ts'
import { useAnnounce, useCommand } from '../../shared/command.ts'
import { queryOf } from '../../shared/queries.ts'
import { ReasonDialog } from '../../shared/reason-dialog.tsx'
import { useMay, useMe } from '../../shared/session.ts'
import { Confirm } from '../../shared/ui/confirm.tsx'
import classes from './privacy.module.css'
import type { PrivacyRequest } from './privacy-request.ts'
import { SubjectPackage } from './subject-package.tsx'

const CHANGES = [['privacy.requests'], ['privacy.subject']]

/** What can be done about a request now, by whoever looks. */
export function RequestActions({ request }: { request: PrivacyRequest }) {
  const may = useMay()
  // of whoever is erased nothing is left to give, to change or to restrict
  if (request.erasedAt) return may('privacy.close_request') && <Close request={request} />
  return (
    <div className={classes.acts}>
      {request.kind === 'access' && <SubjectPackage request={request} />}
      {request.kind === 'rectification' && may('privacy.rectify') && <Rectify request={request} />}
      {request.kind === 'restriction' && may('privacy.restrict') && <Restrict request={request} />}
      {request.kind === 'erasure' && may('privacy.erase_subject') && <Erase request={request} />}
      {may('privacy.close_request') && <Close request={request} />}
    </div>
  )
}

function Rectify({ request }: { request: PrivacyRequest }) {
  const t = useT()
  const [isAsking, setAsking] = useState(false)
  const rectify = useCommand('privacy.rectify', {
    announce: false,
    changes: CHANGES,
    onDone: () => setAsking(false),
  })
  return (
    <>
      <Button size="compact-xs" onClick={() => setAsking(true)}>
        {t('privacy.rectify')}
      </Button>
      {isAsking && (
        <ReasonDialog
          title={t('privacy.rectify')}
          label={t('privacy.correction')}
          submit={t('privacy.rectify')}
          isBusy={rectify.isPending}
          error={rectify.error}
          onConfirm={text => rectify.mutate({ requestId: request.id, text })}
          onClose={() => setAsking(false)}
        />
      )}
    </>
  )
}

function Restrict({ request: { customerId } }: { request: PrivacyRequest }) {
  const t = useT()
  const subject = useQuery(queryOf('privacy.subject', { id: customerId }))
  const restrict = useCommand('privacy.restrict', { changes: CHANGES })
  const lift = useCommand('privacy.lift_restriction', { changes: CHANGES })
  if (!subject.data) return null
  if (subject.data.restrictedSince)
    return (
      <Button
        size="compact-xs"
        variant="default"
        loading={lift.isPending}
        onClick={() => lift.mutate({ customerId })}
      >
        {t('privacy.lift')}
      </Button>
    )
  return (
    <Button size="compact-xs" loading={restrict.isPending} onClick={() => restrict.mutate({ customerId })}>
      {t('privacy.restrict')}
    </Button>
  )
}

function Erase({ request }: { request: PrivacyRequest }) {
  const t = useT()
  const me = useMe()
  const announce = useAnnounce()
  const [isAsking, setAsking] = useState(false)
  const subject = useQuery(queryOf('privacy.subject', { id: request.customerId }))
  const ask = useCommand('privacy.request_erasure', {
    announce: false,
    changes: CHANGES,
    onDone: () => {
      setAsking(false)
      announce(t('privacy.asked'))
    },
  })
  const erase = useCommand('privacy.erase_subject', {
    announce: false,
    changes: CHANGES,
    onDone: () => {
      setAsking(false)
      announce(t('privacy.erased'))
    },
  })
  const first = request.erasureRequestedBy
  const isFirst = first === null && subject.data?.secondPerson === true
  if (first && first.id === me.agent.id && subject.data?.secondPerson)
    return <small className={classes.quiet}>{t('privacy.waitsForSecond')}</small>
  const run = isFirst ? ask : erase
  return (
    <>
      <Button size="compact-xs" color="red.8" onClick={() => setAsking(true)}>
        {t(isFirst ? 'privacy.askErase' : 'privacy.erase')}
      </Button>
      {first && <small className={classes.quiet}>{t('privacy.askedBy', { name: first.name })}</small>}
      {isAsking && (
        <Confirm
          title={t('privacy.eraseTitle', { name: request.customerName ?? t('privacy.nobody') })}
          goes={t('privacy.eraseGoes')}
          stays={t(isFirst ? 'privacy.eraseStaysSecond' : 'privacy.eraseStays')}
          confirm={t(isFirst ? 'privacy.askErase' : 'privacy.erase')}
          isBusy={run.isPending}
          error={run.error}
          onConfirm={() => run.mutate({ requestId: request.id })}
          onClose={() => setAsking(false)}
        />
      )}
    </>
  )
}

function Close({ request }: { request: PrivacyRequest }) {
  const t = useT()
  const close = useCommand('privacy.close_request', { changes: CHANGES })
  return (
    <Menu>
      <Menu.Target>
        <Button size="compact-xs" variant="default" loading={close.isPending}>
          {t('privacy.close')}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {(['fulfilled', 'refused', 'withdrawn'] as const).map(outcome => (
          <Menu.Item key={outcome} onClick={() => close.mutate({ requestId: request.id, outcome })}>
            {t(`value.${outcome}`)}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  )
}
