import { Button } from '@mantine/core'
import { IconAlertTriangle, IconCheck } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import type { QueryOutput } from '@tracedesk/contracts'
import { useState } from 'react'
import { useT, useWords } from '../../i18n/index.ts'
import { useCommand } from '../../shared/command.ts'
import { queryOf } from '../../shared/queries.ts'
import { ReasonDialog } from '../../shared/reason-dialog.tsx'
import { useMay } from '../../shared/session.ts'
import { ErrorFace } from '../../shared/ui/faces.tsx'
import { LinkButton } from '../../shared/ui/link-button.tsx'
import { PartFace } from '../../shared/ui/part.tsx'
import { Ago, Time } from '../../shared/ui/time.tsx'
import classes from './proof.module.css'

type Finding = QueryOutput<'ledger.findings'>['items'][number]

/** Forged rows that were put aside: those nobody took note of, and who took note of the others, when and why. */
export function PutAside() {
  const t = useT()
  const may = useMay()
  const findings = useQuery({
    ...queryOf('ledger.findings', {}),
    enabled: may('ledger.verify'),
    staleTime: 0,
  })
  const [asked, setAsked] = useState<Finding[] | null>(null)
  if (findings.isError && !findings.data)
    return <ErrorFace error={findings.error} retry={() => void findings.refetch()} />
  const items = findings.data?.items ?? []
  if (items.length === 0) return null
  const open = items.filter(({ acknowledgement }) => acknowledgement === null)
  const mayAcknowledge = may('ledger.acknowledge_finding')
  return (
    <section className={classes.section}>
      <h2>{t('proof.findings.title')}</h2>
      <p>{t('proof.findings.text')}</p>
      <ul className={classes.findings}>
        {items.map(finding => (
          <FindingRow
            key={`${finding.entryId} ${finding.rejectedAt} ${finding.leafSha256}`}
            finding={finding}
            {...(mayAcknowledge ? { onAsk: () => setAsked([finding]) } : {})}
          />
        ))}
      </ul>
      {mayAcknowledge && open.length > 1 && (
        <Button size="xs" variant="default" onClick={() => setAsked(open)}>
          {t('proof.findings.all', { count: open.length })}
        </Button>
      )}
      {asked && <Acknowledge findings={asked} onClose={() => setAsked(null)} />}
    </section>
  )
}

function FindingRow({ finding, onAsk }: { finding: Finding; onAsk?: () => void }) {
  const t = useT()
  const words = useWords()
  const { acknowledgement, pretendedEvent } = finding
  const Icon = acknowledgement ? IconCheck : IconAlertTriangle
  return (
    <li data-state={acknowledgement ? 'good' : 'bad'}>
      <Icon
        size={18}
        stroke={1.8}
        role="img"
        aria-label={t(acknowledgement ? 'proof.findings.known' : 'proof.findings.open')}
      />
      <div>
        <b>
          {pretendedEvent === null
            ? t('proof.findings.unreadable')
            : t('proof.findings.pretended', { event: words(`eventName.${pretendedEvent}`, pretendedEvent) })}
        </b>
        <span>
          {words(`value.${finding.cause}`, finding.cause)} · <Time at={finding.rejectedAt} show="brief" />
        </span>
        <code>{finding.entryId}</code>
        {acknowledgement && (
          <span>
            {t('proof.findings.by', {
              name:
                acknowledgement.by.name ?? words(`actor.${acknowledgement.by.kind}`, acknowledgement.by.kind),
            })}{' '}
            <Ago at={acknowledgement.at} /> · <PartFace part={acknowledgement.reason} />
          </span>
        )}
      </div>
      {acknowledgement ? (
        <LinkButton to="/log" search={{ entry: acknowledgement.entryId }} size="compact-xs" variant="subtle">
          {t('proof.findings.entry')}
        </LinkButton>
      ) : (
        onAsk && (
          <Button size="compact-xs" variant="default" onClick={onAsk}>
            {t('proof.findings.do')}
          </Button>
        )
      )}
    </li>
  )
}

function Acknowledge({ findings, onClose }: { findings: readonly Finding[]; onClose: () => void }) {
  const t = useT()
  const acknowledge = useCommand('ledger.acknowledge_finding', {
    announce: false,
    changes: [['ledger.findings'], ['ledger.state']],
    onDone: onClose,
  })
  return (
    <ReasonDialog
      title={t('proof.findings.ask', { count: findings.length })}
      text={[t('proof.findings.goes'), t('proof.findings.stays')]}
      label={t('holds.reason')}
      submit={t('proof.findings.do')}
      isBusy={acknowledge.isPending}
      error={acknowledge.error}
      onConfirm={reason =>
        acknowledge.mutate({
          findings: findings.map(({ entryId, rejectedAt }) => ({ entryId, rejectedAt })),
          reason,
        })
      }
      onClose={onClose}
    />
  )
}
