import { Alert, Button, MultiSelect, NativeSelect, NumberInput, Textarea } from '@mantine/core'
import { IconCircleCheck, IconCircleX, IconHelpCircle, IconScale, IconSearch } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import type { ClaimKind, CommandInput, Completeness, Entry } from '@tracedesk/contracts'
import { useState } from 'react'
import { useT } from '../../i18n/index.ts'
import { useCommand } from '../../shared/command.ts'
import { ActorChip } from '../../shared/entry/chips.tsx'
import { useFormat } from '../../shared/format.ts'
import { queryOf } from '../../shared/queries.ts'
import { useMay } from '../../shared/session.ts'
import { EmptyFace, ErrorFace, RowsSkeleton } from '../../shared/ui/faces.tsx'
import { Failure } from '../../shared/ui/failure.tsx'
import { PartFace } from '../../shared/ui/part.tsx'
import { Ago } from '../../shared/ui/time.tsx'
import classes from './disputes.module.css'
import { StoryRow } from './story-row.tsx'

const CLAIMS = [
  'never_replied',
  'replied_late',
  'wording',
  'unattended_transfer',
  'wrong_label',
  'data_changed',
  'promised',
  'data_seen',
] as const satisfies readonly ClaimKind[]
const OF_PEOPLE: ReadonlySet<ClaimKind> = new Set([
  'never_replied',
  'wording',
  'promised',
  'data_changed',
  'data_seen',
])

interface ClaimsProps {
  disputeId: string
  mayWork: boolean
  checks: Entry[]
  people: { id: string; name: string }[]
}

/** What is claimed, and what the log says to it. */
export function Claims({ disputeId, mayWork, checks, people }: ClaimsProps) {
  const t = useT()
  return (
    <section className={classes.section}>
      <h2>{t('dispute.case.claims')}</h2>
      {mayWork && <ClaimForm disputeId={disputeId} people={people} />}
      {checks.length === 0 && (
        <EmptyFace
          icon={<IconScale size={26} stroke={1.6} />}
          title={t('dispute.claim.none')}
          text={t('dispute.claim.noneText')}
        />
      )}
      {checks.toReversed().map((entry, index) => (
        <Check key={entry.id} disputeId={disputeId} entry={entry} isNewest={index === 0} />
      ))}
    </section>
  )
}

function ClaimForm({ disputeId, people }: Pick<ClaimsProps, 'disputeId' | 'people'>) {
  const t = useT()
  const may = useMay()
  const [kind, setKind] = useState<ClaimKind>('never_replied')
  const [seconds, setSeconds] = useState<number | string>(300)
  const [words, setWords] = useState('')
  const [groups, setGroups] = useState<string[]>([])
  const [labels, setLabels] = useState<string[]>([])
  const [agentId, setAgentId] = useState('')
  const check = useCommand('dispute.check_claim', { announce: false, changes: [['dispute.get']] })
  const phraseGroups = useQuery({
    ...queryOf('phrase_group.list', {}),
    enabled: kind === 'wording' && may('moderation.view'),
  })
  const known = useQuery({ ...queryOf('label.list', {}), enabled: kind === 'wrong_label' })
  const lines = words
    .split('\n')
    .map(line => line.trim())
    .filter(Boolean)
  const submit = (event: React.FormEvent) => {
    event.preventDefault()
    const claim = {
      kind,
      ...(kind === 'replied_late' ? { seconds: Number(seconds) } : {}),
      ...(kind === 'wording' ? { words: lines, phraseGroupIds: groups } : {}),
      ...(kind === 'promised' ? { words: lines } : {}),
      ...(kind === 'wrong_label' ? { labelIds: labels } : {}),
    }
    check.mutate({
      disputeId,
      claim,
      ...(agentId && OF_PEOPLE.has(kind) ? { agentId } : {}),
    } as CommandInput<'dispute.check_claim'>) // branded ids; each kind got what its schema asks for
  }
  const needsWords = kind === 'promised' || kind === 'wording'
  return (
    <form className={classes.claimForm} onSubmit={submit}>
      <NativeSelect
        label={t('dispute.claim.what')}
        value={kind}
        onChange={event => setKind(event.currentTarget.value as ClaimKind)} // one of the values it was given
        data={CLAIMS.map(value => ({ value, label: t(`value.${value}`) }))}
      />
      {kind === 'replied_late' && (
        <NumberInput
          label={t('dispute.claim.seconds')}
          min={1}
          max={31_536_000}
          value={seconds}
          onChange={setSeconds}
          required
        />
      )}
      {needsWords && (
        <Textarea
          label={t('dispute.claim.words')}
          autosize
          minRows={2}
          maxRows={6}
          value={words}
          onChange={event => setWords(event.currentTarget.value)}
        />
      )}
      {kind === 'wording' && phraseGroups.data && (
        <MultiSelect
          label={t('dispute.claim.groups')}
          value={groups}
          onChange={setGroups}
          data={phraseGroups.data.items.map(({ id, name }) => ({ value: id as string, label: name }))}
        />
      )}
      {kind === 'wrong_label' && known.data && (
        <MultiSelect
          label={t('dispute.claim.labels')}
          value={labels}
          onChange={setLabels}
          data={known.data.items.map(({ id, name }) => ({ value: id as string, label: name }))}
        />
      )}
      {OF_PEOPLE.has(kind) && (
        <NativeSelect
          label={t('dispute.claim.person')}
          value={agentId}
          onChange={event => setAgentId(event.currentTarget.value)}
          data={[
            { value: '', label: t('dispute.claim.anybody') },
            ...people.map(({ id, name }) => ({ value: id, label: name })),
          ]}
        />
      )}
      <Failure error={check.error} />
      <Button
        type="submit"
        leftSection={<IconSearch size={16} aria-hidden />}
        loading={check.isPending}
        disabled={needsWords && lines.length + (kind === 'wording' ? groups.length : 0) === 0}
      >
        {t('dispute.claim.check')}
      </Button>
    </form>
  )
}

interface CheckFacts {
  claim: ClaimKind
  verdict: 'supported' | 'contradicted' | 'mixed' | 'not_found' | 'inconclusive'
  forCount: number
  againstCount: number
  seconds: number | null
  completeness: Completeness
}

const VERDICTS = {
  supported: [IconCircleCheck, 'orange'],
  mixed: [IconScale, 'yellow'],
  contradicted: [IconCircleX, 'teal'],
  not_found: [IconCircleX, 'teal'],
  inconclusive: [IconHelpCircle, 'gray'],
} as const

function Check({ disputeId, entry, isNewest }: { disputeId: string; entry: Entry; isNewest: boolean }) {
  const t = useT()
  const format = useFormat()
  const [isOpen, setOpen] = useState(isNewest)
  const facts = entry.data as unknown as CheckFacts // the event's own schema, parsed when it was written
  const [Icon, color] = VERDICTS[facts.verdict]
  const words = entry.parts.text ?? entry.parts.ownText
  return (
    <Alert
      className={classes.check}
      classNames={{ label: classes.checkTitle as string, body: classes.checkBody as string }}
      variant="light"
      color={color}
      icon={<Icon size={20} aria-hidden />}
      title={`${t(`value.${facts.claim}`)}: ${t(`value.${facts.verdict}`)}`}
      data-verdict={facts.verdict}
    >
      <p className={classes.quiet}>
        <ActorChip entry={entry} /> <Ago at={entry.at} />
        {facts.seconds !== null && ` · ${format.span(facts.seconds * 1000)}`}
        {words && (
          <>
            {' · '}
            <PartFace part={words} />
          </>
        )}
      </p>
      <p className={classes.sides}>
        <b>{t('dispute.claim.for', { n: format.number(facts.forCount) })}</b>
        <b>{t('dispute.claim.against', { n: format.number(facts.againstCount) })}</b>
      </p>
      {isOpen ? (
        <Sides disputeId={disputeId} check={entry.id} />
      ) : (
        facts.forCount + facts.againstCount > 0 && (
          <Button size="compact-xs" variant="default" onClick={() => setOpen(true)}>
            {t('dispute.claim.showEntries')}
          </Button>
        )
      )}
      <Searched
        completeness={facts.completeness}
        isOpen={isNewest && facts.forCount + facts.againstCount === 0}
      />
    </Alert>
  )
}

function Sides({ disputeId, check }: { disputeId: string; check: string }) {
  const t = useT()
  const sides = useQuery(queryOf('dispute.check', { id: disputeId as never, check })) // branded id
  if (sides.isPending) return <RowsSkeleton rows={2} height={40} />
  if (sides.isError) return <ErrorFace error={sides.error} retry={() => void sides.refetch()} />
  return (['for', 'against'] as const).map(
    side =>
      sides.data[side].length > 0 && (
        <div key={side} className={classes.side} data-side={side}>
          <h3>{t(`value.${side}`)}</h3>
          <Evidence entries={withWords(sides.data[side], sides.data.said)} />
        </div>
      ),
  )
}

/** What was written stands before the news that Telegram took it: the news alone tells nobody anything. */
const withWords = (entries: Entry[], said: Entry[]): Entry[] =>
  entries.flatMap(entry => [
    ...said.filter(each => entry.event === 'message.delivered' && each.subject.id === entry.subject.id),
    entry,
  ])

function Evidence({ entries }: { entries: Entry[] }) {
  return entries.map((entry, index) => {
    const before = entries[index - 1]
    return (
      <StoryRow
        key={entry.id}
        item={{ part: 'message', entry }}
        before={before && { part: 'message', entry: before }}
      />
    )
  })
}

/** How complete the search was: what "nothing found" rests on. */
function Searched({ completeness, isOpen }: { completeness: Completeness; isOpen: boolean }) {
  const t = useT()
  const format = useFormat()
  const number = (value: number | null) => (value === null ? '—' : format.number(value))
  const { holes, outOfScope, texts, capped, chains } = completeness
  return (
    // nothing found is only worth what was searched: then it is said without asking
    <details className={classes.searched} open={isOpen}>
      <summary>
        {t('dispute.claim.searched')}:{' '}
        <b>{t(completeness.complete ? 'dispute.claim.whole' : 'dispute.claim.notWhole')}</b>
      </summary>
      <ul>
        <li>
          {t('dispute.claim.entries', {
            entries: number(completeness.entries),
            conversations: number(completeness.conversations),
          })}
        </li>
        {completeness.fromPosition !== null && (
          <li>
            {t('dispute.claim.positions', {
              from: number(completeness.fromPosition),
              to: number(completeness.toPosition),
            })}
          </li>
        )}
        <li>
          {t('dispute.claim.tree', {
            size: number(completeness.treeSize),
            signed: number(completeness.signedSize),
          })}
        </li>
        {chains.map(chain => (
          <li key={chain.conversationId}>
            {t('dispute.claim.chain', {
              from: number(chain.from),
              to: number(chain.to),
              count: number(chain.count),
            })}
          </li>
        ))}
        <li>{t('dispute.claim.holes', { n: number(holes) })}</li>
        <li>{t('dispute.claim.hidden', { n: number(outOfScope) })}</li>
        {completeness.destroyed !== undefined && completeness.destroyed > 0 && (
          <li>{t('dispute.claim.destroyed', { n: number(completeness.destroyed) })}</li>
        )}
        {completeness.wideLooks !== undefined && completeness.wideLooks > 0 && (
          <li>{t('dispute.claim.wideLooks', { n: number(completeness.wideLooks) })}</li>
        )}
        {completeness.blindSpots?.map(spot => (
          <li key={spot}>{t(`dispute.claim.${spot}`)}</li>
        ))}
        {texts.read + texts.withheld + texts.erased + texts.missing > 0 && (
          <li>
            {t('dispute.claim.texts', {
              read: number(texts.read),
              withheld: number(texts.withheld),
              erased: number(texts.erased),
              missing: number(texts.missing),
            })}
          </li>
        )}
        {capped && <li>{t('dispute.claim.capped')}</li>}
      </ul>
    </details>
  )
}
