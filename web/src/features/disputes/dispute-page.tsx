import { Button } from '@mantine/core'
import { IconArrowLeft, IconFileCertificate, IconFileTypePdf, IconLock } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import type { QueryOutput } from '@tracedesk/contracts'
import { useLanguage, useT } from '../../i18n/index.ts'
import { useAnnounce, useCommand } from '../../shared/command.ts'
import { useFormat } from '../../shared/format.ts'
import { queryOf } from '../../shared/queries.ts'
import { RevealButton } from '../../shared/reveal.tsx'
import { useMay } from '../../shared/session.ts'
import { ErrorFace, NoPermissionFace, RowsSkeleton } from '../../shared/ui/faces.tsx'
import { LinkButton } from '../../shared/ui/link-button.tsx'
import { PartFace } from '../../shared/ui/part.tsx'
import { CaseFile, Participants } from './case-file.tsx'
import { Claims } from './claims.tsx'
import { Decision } from './decision.tsx'
import classes from './disputes.module.css'
import { Story } from './story.tsx'

type Found = QueryOutput<'dispute.get'>

/** A case: claim, evidence for and against, what was searched, what happened, what was decided. */
export function DisputePage() {
  const { disputeId } = useParams({ from: '/shell/disputes/$disputeId' })
  const may = useMay()
  const found = useQuery({
    ...queryOf('dispute.get', { id: disputeId as never }), // branded id
    enabled: may('dispute.view'),
  })
  if (!may('dispute.view')) return <NoPermissionFace />
  if (found.isPending) return <RowsSkeleton rows={10} />
  if (found.isError && !found.data)
    return <ErrorFace isScreen error={found.error} retry={() => void found.refetch()} />
  return found.data && <Case found={found.data} />
}

function Case({ found }: { found: Found }) {
  const t = useT()
  const { dispute, file, laid } = found
  const opened = file.find(entry => entry.event === 'dispute.opened')
  return (
    <div className={classes.page}>
      <Head dispute={dispute} openedBy={opened?.id} />
      <div className={classes.columns}>
        <div className={classes.aside}>
          <Claims
            disputeId={dispute.id}
            mayWork={dispute.mayWork}
            checks={file.filter(entry => entry.event === 'dispute.claim_checked')}
            people={dispute.people}
          />
          <Participants dispute={dispute} />
          <CaseFile found={found} />
        </div>
        <div className={classes.main}>
          <h2>{t('dispute.case.story')}</h2>
          <Story disputeId={dispute.id} mayWork={dispute.mayWork} laid={new Set(laid.map(({ id }) => id))} />
        </div>
      </div>
    </div>
  )
}

/** `openedBy` is the entry that holds the words of the complaint. */
function Head({ dispute, openedBy }: { dispute: Found['dispute']; openedBy: string | undefined }) {
  const t = useT()
  const format = useFormat()
  const { kind, from, to, customerName, text, hold } = dispute
  return (
    <header className={classes.head}>
      <LinkButton
        to="/disputes"
        size="compact-xs"
        variant="subtle"
        className={classes.noPrint}
        leftSection={<IconArrowLeft size={14} className="mirrored" aria-hidden />}
      >
        {t('dispute.case.back')}
      </LinkButton>
      <div className={classes.titleRow}>
        <h1 dir="auto">
          <PartFace part={dispute.title} />
        </h1>
        <span className={classes.state} data-state={dispute.state}>
          {t(`dispute.case.stateOf.${dispute.state}`)}
          {dispute.outcome && ` · ${t(`value.${dispute.outcome}`)}`}
        </span>
        <div className={classes.actions}>
          <Decision dispute={dispute} />
          {openedBy && (
            <RevealButton
              entryId={openedBy}
              entryWords={t('dispute.case.revealWords')}
              conversationId={dispute.conversationId}
              parts={[dispute.title, dispute.text, customerName]}
            />
          )}
          <Bundle disputeId={dispute.id} />
          <Report disputeId={dispute.id} />
        </div>
      </div>
      <p className={classes.quiet}>
        {t(`value.${kind}`)}
        {customerName && (
          <>
            {' · '}
            <PartFace part={customerName} />
          </>
        )}
        {from && ` · ${format.exact(from)}`}
        {to && ` – ${format.exact(to)}`}
        {' · '}
        {hold.inForce && <IconLock size={13} aria-hidden />}{' '}
        {t(hold.inForce ? 'dispute.case.held' : 'dispute.case.notHeld')}
      </p>
      {text && (
        <blockquote className={classes.complaint} dir="auto">
          <PartFace part={text} />
        </blockquote>
      )}
    </header>
  )
}

/** The case on paper, in the reader's language and zone; the server makes it and records that it did. */
function Report({ disputeId }: { disputeId: string }) {
  const t = useT()
  const may = useMay()
  const language = useLanguage()
  if (!may('dispute.bundle') && !may('evidence.bundle')) return null
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone
  return (
    <Button
      component="a"
      href={`/api/dispute.report?${new URLSearchParams({ id: disputeId, language, zone })}`}
      download
      size="compact-sm"
      variant="default"
      leftSection={<IconFileTypePdf size={15} aria-hidden />}
    >
      {t('dispute.case.report')}
    </Button>
  )
}

/** Makes the file that proves the case to an outsider, and hands it over. */
function Bundle({ disputeId }: { disputeId: Found['dispute']['id'] }) {
  const t = useT()
  const may = useMay()
  const announce = useAnnounce()
  const language = useLanguage()
  const make = useCommand('dispute.bundle', {
    changes: [['dispute.get']],
    onDone: ({ bundle }) => {
      const link = document.createElement('a')
      link.href = `/api/evidence.download?id=${bundle.id}`
      link.download = ''
      link.click()
      announce(t('evidence.made'))
    },
  })
  if (!may('dispute.bundle')) return null
  return (
    <Button
      size="compact-sm"
      variant="default"
      leftSection={<IconFileCertificate size={15} aria-hidden />}
      loading={make.isPending}
      onClick={() => make.mutate({ disputeId, language })}
    >
      {t('dispute.case.bundle')}
    </Button>
  )
}
