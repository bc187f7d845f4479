import { Button, Skeleton } from '@mantine/core'
import { IconAlertTriangle, IconClockHour3, IconDownload, IconShieldCheck } from '@tabler/icons-react'
import { queryOptions, useQuery } from '@tanstack/react-query'
import type { QueryOutput } from '@tracedesk/contracts'
import type { ReactNode } from 'react'
import { useT, useWords } from '../../i18n/index.ts'
import { api, codeOf } from '../../shared/api.ts'
import { useFormat } from '../../shared/format.ts'
import { useLedgerSeal } from '../../shared/ledger-seal.ts'
import { queryOf } from '../../shared/queries.ts'
import { useMay, useMe } from '../../shared/session.ts'
import { CopyField } from '../../shared/ui/copy-field.tsx'
import { ErrorFace, NoPermissionFace } from '../../shared/ui/faces.tsx'
import { Page } from '../../shared/ui/page.tsx'
import { Ago } from '../../shared/ui/time.tsx'
import { Anchors } from './anchors.tsx'
import { PutAside } from './findings.tsx'
import classes from './proof.module.css'
import { ServerVerification, VerifyHere } from './verify-section.tsx'

type Ledger = QueryOutput<'ledger.state'>

/** Changes with each signature, so it is kept by the size it was signed for. */
const checkpointOf = (size: number) =>
  queryOptions({
    queryKey: ['ledger.checkpoint', size],
    queryFn: ({ signal }) => api.text('ledger.checkpoint', { signal }),
  })
const vkey = queryOptions({
  queryKey: ['ledger.vkey'],
  queryFn: ({ signal }) => api.text('ledger.vkey', { signal }),
})

/** Is the log intact, since when provably, and what is not covered. */
export function ProofPage() {
  const t = useT()
  const may = useMay()
  const ledger = useQuery({
    ...queryOf('ledger.state', {}),
    enabled: may('ledger.view'),
    staleTime: 0,
    // While the server verifies itself, its progress is worth seeing.
    refetchInterval: ({ state }) => (state.data?.verification.running ? 1_000 : false),
  })
  if (!may('ledger.view')) return <NoPermissionFace />
  return (
    <Page title={t('proof.title')}>
      {ledger.isPending && <Skeleton height={180} aria-label={t('face.loading')} />}
      {ledger.isError && !ledger.data && (
        <ErrorFace error={ledger.error} retry={() => void ledger.refetch()} />
      )}
      {ledger.data && <State ledger={ledger.data} />}
    </Page>
  )
}

function State({ ledger }: { ledger: Ledger }) {
  const t = useT()
  const checkpoint = useQuery({ ...checkpointOf(ledger.signed?.size ?? 0), enabled: ledger.signed !== null })
  const key = useQuery(vkey)
  const { scope, workspace } = useMe()
  return (
    <div className={classes.sections}>
      <Verdict />
      <PutAside />
      <Figures ledger={ledger} />
      <div className={classes.pair}>
        <Section title={t('proof.covers')} text={t('proof.coversText')} />
        <Section title={t('proof.notCovered')} text={t('proof.notCoveredText')} isWarning />
      </div>
      <Section title={t('proof.anchors.title')} text={t('proof.anchors.text')}>
        <Anchors />
      </Section>
      <Section title={t('proof.here.title')} text={t('proof.here.text')}>
        {scope === 'all' && ledger.signed !== null && <VerifyHere workspaceId={workspace.id} />}
        {scope !== 'all' && <p>{t('proof.here.scope')}</p>}
      </Section>
      <Section title={t('proof.server.title')} text={t('proof.server.text')}>
        <ServerVerification verification={ledger.verification} />
      </Section>
      <Section title={t('proof.checkpoint')} text={t('proof.checkpointText')}>
        {checkpoint.data !== undefined && (
          <CopyField
            value={checkpoint.data}
            label={t('proof.checkpoint')}
            copyLabel={t('proof.copyCheckpoint')}
          />
        )}
        {(ledger.signed === null ||
          (checkpoint.error && codeOf(checkpoint.error) === 'ledger.size_unknown')) && (
          <p>{t('proof.noCheckpoint')}</p>
        )}
        {checkpoint.error && codeOf(checkpoint.error) !== 'ledger.size_unknown' && (
          <ErrorFace error={checkpoint.error} retry={() => void checkpoint.refetch()} />
        )}
      </Section>
      <Section title={t('proof.key')} text={t('proof.keyText')}>
        {key.data !== undefined && (
          <CopyField value={key.data.trim()} label={t('proof.key')} copyLabel={t('proof.copyKey')} />
        )}
        <Button
          component="a"
          href="/api/ledger.trust"
          download="trust.json"
          size="xs"
          variant="default"
          mt={8}
          leftSection={<IconDownload size={15} aria-hidden />}
        >
          {t('proof.trustFile')}
        </Button>
        {key.error && <ErrorFace error={key.error} retry={() => void key.refetch()} />}
      </Section>
    </div>
  )
}

function Section(props: { title: string; text: string; isWarning?: boolean; children?: ReactNode }) {
  return (
    <section className={classes.section} data-warning={props.isWarning || undefined}>
      <h2>{props.title}</h2>
      <p>{props.text}</p>
      {props.children}
    </section>
  )
}

/** The one sentence a manager looks for, and everything that speaks against it. */
function Verdict() {
  const t = useT()
  const words = useWords()
  const format = useFormat()
  const seal = useLedgerSeal()
  if (!seal) return null
  const { colour, causes, ledger } = seal
  const { last } = ledger.verification
  const Icon = { bad: IconAlertTriangle, warn: IconClockHour3, good: IconShieldCheck }[colour]
  return (
    <div className={classes.verdict} data-state={colour} role={colour === 'bad' ? 'alert' : 'status'}>
      <Icon size={30} stroke={1.6} aria-hidden />
      <div>
        <b>{t(`proof.state.${colour}`)}</b>
        {causes.map(cause => (
          <span key={cause} data-cause={cause}>
            {t(`proof.cause.${cause}`)}
            {cause === 'broken' &&
              last &&
              ` ${words(`value.${last.verdict}`, last.verdict)}${last.position === null ? '' : ` · ${t('field.position')} ${format.number(last.position)}`}`}
            {cause === 'signer' && ` ${ledger.signerProblem}`}
          </span>
        ))}
        {ledger.signed && (
          <span>
            {t('proof.lastSigned')} <Ago at={ledger.signed.at} />
          </span>
        )}
      </div>
    </div>
  )
}

function Figures({ ledger }: { ledger: Ledger }) {
  const t = useT()
  const format = useFormat()
  const { size, signed, pending, root, origin, epoch } = ledger
  const unsigned = size - (signed?.size ?? 0)
  return (
    <>
      <dl className={classes.figures}>
        <div>
          <dt>{t('proof.size')}</dt>
          <dd>{format.number(size)}</dd>
        </div>
        <div>
          <dt>{t('proof.lastSigned')}</dt>
          <dd>{signed ? format.number(signed.size) : t('proof.neverSigned')}</dd>
          {unsigned > 0 && <dd className={classes.small}>{t('proof.unsigned', { count: unsigned })}</dd>}
        </div>
        <div>
          <dt>{t('proof.pending')}</dt>
          <dd>{format.number(pending)}</dd>
          {pending > 0 && <dd className={classes.small}>{t('proof.pendingText', { count: pending })}</dd>}
        </div>
      </dl>
      <p className={classes.root}>
        {t('proof.root')} <code>{root}</code> · <code>{origin}</code> · {t('proof.epoch', { epoch })}
      </p>
    </>
  )
}
