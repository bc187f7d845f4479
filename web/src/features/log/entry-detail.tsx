import { ActionIcon, Button, CopyButton, Skeleton } from '@mantine/core'
import { IconArrowsLeftRight, IconCheck, IconCopy, IconMessage, IconX } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { Entry, QueryOutput } from '@tracedesk/contracts'
import type { ReactNode } from 'react'
import { useT, useWords } from '../../i18n/index.ts'
import { ActorChip, AgentChip, momentOf } from '../../shared/entry/chips.tsx'
import { Fact } from '../../shared/entry/fact.tsx'
import { EntryIcon, Seal } from '../../shared/entry/marks.tsx'
import { EntrySentence } from '../../shared/entry/sentence.tsx'
import { EvidenceButton } from '../../shared/evidence.tsx'
import { useFormat } from '../../shared/format.ts'
import { queryOf } from '../../shared/queries.ts'
import { RevealButton } from '../../shared/reveal.tsx'
import { useMay } from '../../shared/session.ts'
import { ErrorFace } from '../../shared/ui/faces.tsx'
import { LinkButton } from '../../shared/ui/link-button.tsx'
import { PartFace } from '../../shared/ui/part.tsx'
import classes from './log.module.css'
import type { LogSearch } from './log-search.ts'
import { PartDiff } from './part-diff.tsx'
import { useFilter } from './use-filter.ts'
import { VerifyEntry } from './verify-entry-button.tsx'

type Found = QueryOutput<'log.entry'>

/** Everything an entry holds, and what proves it. */
export function EntryDetail({ id, onClose }: { id: string; onClose: () => void }) {
  const t = useT()
  const found = useQuery(queryOf('log.entry', { id }))
  return (
    <div className={classes.detail}>
      <header className={classes.detailHead}>
        <h2>{t('log.detail.title')}</h2>
        <ActionIcon aria-label={t('action.close')} onClick={onClose}>
          <IconX size={18} aria-hidden />
        </ActionIcon>
      </header>
      {found.isPending && <Skeleton m={16} height={220} width="auto" aria-label={t('face.loading')} />}
      {found.isError && <ErrorFace error={found.error} retry={() => void found.refetch()} />}
      {found.data && <EntryFacts found={found.data} />}
    </div>
  )
}

function EntryFacts({ found: { entry, proof } }: { found: Found }) {
  const t = useT()
  const words = useWords()
  const may = useMay()
  return (
    <div className={classes.detailBody}>
      <div className={classes.what}>
        <EntryIcon entry={entry} />
        <div>
          <b>{words(`eventName.${entry.event}`, entry.event)}</b>{' '}
          <span className={classes.outcome} data-outcome={entry.outcome}>
            {t(`outcome.${entry.outcome}`)}
          </span>
          <code>
            {entry.event} v{entry.version}
          </code>
        </div>
      </div>
      <p className={classes.said}>
        <EntrySentence entry={entry} />
      </p>
      <div className={classes.actions}>
        {entry.conversationId && may('conversation.view') && (
          <LinkButton
            to="/inbox/$conversationId"
            params={{ conversationId: entry.conversationId }}
            search={momentOf(entry)}
            size="compact-sm"
            variant="default"
            leftSection={<IconMessage size={15} aria-hidden />}
          >
            {t('log.detail.open')}
          </LinkButton>
        )}
        {proof?.signedSize != null && (
          <EvidenceButton
            range={{ fromPosition: proof.position, toPosition: proof.position }}
            label={t('evidence.entry')}
          />
        )}
        {entry.conversationId && (
          <EvidenceButton
            range={{ conversationId: entry.conversationId }}
            label={t('evidence.conversation')}
          />
        )}
        <CopyJson value={{ entry, proof }} />
        <RevealButton
          entryId={entry.id}
          conversationId={entry.conversationId}
          parts={[...Object.values(entry.parts), entry.customerName]}
        />
        <CompareButton id={entry.id} />
      </div>
      <Trails entry={entry} />
      <Circumstances entry={entry} />
      <Data entry={entry} />
      <Parts entry={entry} />
      <Proof entry={entry} proof={proof} />
      <Via entry={entry} />
    </div>
  )
}

/** Keeps an entry for a comparison; the next one that is opened is put beside it. */
function CompareButton({ id }: { id: string }) {
  const t = useT()
  const { search, change } = useFilter()
  const isKept = search.compare === id
  return (
    <Button
      size="compact-sm"
      variant={isKept ? 'light' : 'default'}
      aria-pressed={isKept}
      leftSection={<IconArrowsLeftRight size={15} aria-hidden />}
      onClick={() => change({ compare: isKept ? undefined : id })}
    >
      {t(isKept ? 'log.compare.kept' : 'log.compare.word')}
    </Button>
  )
}

/** Ways on from an entry: whoever did it, whom and what it is about, and the conversation as it was at that moment. */
function Trails({ entry }: { entry: Entry }) {
  const t = useT()
  const { actor, customerId, conversationId, subject, at } = entry
  const after = new Date(Math.floor(Date.parse(at)) + 1).toISOString()
  const hasSubject = subject.id !== null && subject.id !== conversationId && subject.id !== actor.id
  const trails: { key: string; words: string; search: LogSearch }[] = [
    ...(conversationId
      ? [
          {
            key: 'moment',
            words: t('log.trail.moment'),
            search: { conversation: conversationId, to: after, entry: entry.id },
          },
        ]
      : []),
    ...(actor.id && actor.kind !== 'customer'
      ? [{ key: 'actor', words: t('log.trail.actor'), search: { actor: [actor.id] } }]
      : []),
    ...(customerId
      ? [{ key: 'customer', words: t('log.trail.customer'), search: { customer: customerId } }]
      : []),
    ...(hasSubject && subject.id
      ? [{ key: 'subject', words: t('log.trail.subject'), search: { subject: subject.id } }]
      : []),
  ]
  if (trails.length === 0) return null
  return (
    <nav className={classes.actions} aria-label={t('log.trail.label')}>
      {trails.map(({ key, words, search }) => (
        <Link key={key} to="/log" search={search}>
          {words}
        </Link>
      ))}
    </nav>
  )
}

function CopyJson({ value }: { value: Found }) {
  const t = useT()
  return (
    <CopyButton value={JSON.stringify(value, null, 2)}>
      {({ copied, copy }) => (
        <Button
          size="compact-sm"
          variant="default"
          leftSection={copied ? <IconCheck size={15} aria-hidden /> : <IconCopy size={15} aria-hidden />}
          onClick={copy}
        >
          {copied ? t('action.copied') : t('log.detail.copyJson')}
        </Button>
      )}
    </CopyButton>
  )
}

function Row({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  )
}

function Circumstances({ entry }: { entry: Entry }) {
  const t = useT()
  const format = useFormat()
  const { actor, onBehalfOf, reason, causedBy } = entry
  return (
    <dl className={classes.facts}>
      <Row name={t('log.detail.occurred')}>
        <time dateTime={entry.at}>{format.exact(entry.at)}</time>
      </Row>
      <Row name={t('log.detail.recorded')}>
        <time dateTime={entry.recordedAt}>{format.exact(entry.recordedAt)}</time>
      </Row>
      <Row name={t('log.detail.actor')}>
        <ActorChip entry={entry} />
      </Row>
      {onBehalfOf && (
        <Row name={t('log.detail.onBehalfOf')}>
          <AgentChip id={onBehalfOf} />
        </Row>
      )}
      {actor.role && (
        <Row name={t('log.detail.role')}>
          {[roleWords(t, actor.role), ...actor.departments.flatMap(({ name }) => name ?? [])].join(' · ')}
        </Row>
      )}
      {reason && (
        <Row name={t('log.detail.reason')}>
          {reason.code} {reason.text}
        </Row>
      )}
      {causedBy && (
        <Row name={t('log.detail.causedBy')}>
          <Link to="/log" search={before => ({ ...before, entry: causedBy })}>
            {causedBy.slice(0, 13)}…
          </Link>
        </Row>
      )}
    </dl>
  )
}

function roleWords(t: ReturnType<typeof useT>, role: string): string {
  const known = (['owner', 'admin', 'supervisor', 'agent', 'auditor'] as const).find(each => each === role)
  return known ? t(`role.${known}`) : role
}

/** The facts; where something changed, before and after stand beside each other. */
function Data({ entry }: { entry: Entry }) {
  const t = useT()
  const words = useWords()
  const { from, to, ...others } = entry.data
  const isChange = 'from' in entry.data && 'to' in entry.data
  const rest = Object.entries(isChange ? others : entry.data)
  if (rest.length === 0 && !isChange) return null
  return (
    <section>
      <h3>{t('log.detail.facts')}</h3>
      {isChange && (
        <div className={classes.diff}>
          <div data-side="before">
            <small>{t('log.detail.before')}</small>
            <Fact event={entry.event} field="from" value={from} />
          </div>
          <div data-side="after">
            <small>{t('log.detail.after')}</small>
            <Fact event={entry.event} field="to" value={to} />
          </div>
        </div>
      )}
      <dl className={classes.facts}>
        {rest.map(([name, value]) => (
          <Row key={name} name={words(`field.${name}`, name)}>
            <Fact event={entry.event} field={name} value={value} />
          </Row>
        ))}
      </dl>
    </section>
  )
}

function Parts({ entry }: { entry: Entry }) {
  const t = useT()
  const words = useWords()
  const parts = Object.entries(entry.parts)
  if (parts.length === 0) return null
  const { before, after } = entry.parts
  return (
    <section>
      <h3>{t('log.detail.parts')}</h3>
      {before?.state === 'open' && after?.state === 'open' && (
        <PartDiff before={before.value} after={after.value} />
      )}
      {parts.map(([name, part]) => (
        <div key={name} className={classes.part}>
          <small>{words(`partName.${name}`, name)}</small>
          <PartFace part={part}>{value => <pre dir="auto">{value}</pre>}</PartFace>
        </div>
      ))}
    </section>
  )
}

function Proof({ entry, proof }: Found) {
  const t = useT()
  const may = useMay()
  const words = useWords()
  const format = useFormat()
  const state = proof === null ? 'pending' : proof.signedSize === null ? 'tree' : 'signed'
  return (
    <section>
      <h3>{t('log.detail.proof')}</h3>
      <p className={classes.seal}>
        <Seal state={state} />
        {proof === null && t('log.detail.onItsWay')}
        {proof && proof.signedSize === null && t('log.detail.onlyTree')}
        {proof?.signedSize &&
          t('log.detail.checkpoint', {
            size: format.number(proof.signedSize),
            at: proof.signedAt ? format.exact(proof.signedAt) : '',
          })}
      </p>
      {proof?.anchors.map(({ kind, name, at }) => (
        <p key={`${kind}/${name}`} className={classes.seal}>
          <Seal state="signed" />
          {t('log.detail.anchored', { name, kind: words(`value.${kind}`, kind), at: format.exact(at) })}
        </p>
      ))}
      {proof?.anchors.length === 0 && <p className={classes.seal}>{t('log.detail.notAnchored')}</p>}
      {proof?.signedSize != null && may('ledger.view') && (
        <VerifyEntry key={entry.id} entry={entry} position={proof.position} />
      )}
      {proof && (
        <dl className={`${classes.facts} ${classes.below}`}>
          <Row name={t('log.detail.position')}>{format.number(proof.position)}</Row>
          <Row name={t('log.detail.leaf')}>
            <code>{proof.leafSha256}</code>
          </Row>
        </dl>
      )}
    </section>
  )
}

function Via({ entry: { id, via } }: { entry: Entry }) {
  const t = useT()
  const code = (name: string, value: string | null) =>
    value !== null && (
      <Row name={name}>
        <code>{value}</code>
      </Row>
    )
  return (
    <section>
      <h3>{t('log.detail.source')}</h3>
      <dl className={classes.facts}>
        <Row name={t('log.detail.source')}>{t(`source.${via.source}`)}</Row>
        {via.ip && (
          <Row name={t('log.detail.ip')}>
            <PartFace part={via.ip} />
          </Row>
        )}
        {via.userAgent && (
          <Row name={t('log.detail.userAgent')}>
            <PartFace part={via.userAgent} />
          </Row>
        )}
        {code(t('log.detail.entryId'), id)}
        {code(t('log.detail.request'), via.requestId)}
        {code(t('log.detail.session'), via.sessionId)}
        {code(t('log.detail.node'), via.nodeId)}
      </dl>
    </section>
  )
}
