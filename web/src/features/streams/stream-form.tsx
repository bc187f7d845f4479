import {
  Alert,
  Button,
  Checkbox,
  MultiSelect,
  NumberInput,
  SegmentedControl,
  Select,
  Textarea,
  TextInput,
} from '@mantine/core'
import type { CommandInput } from '@tracedesk/contracts'
import { ACTOR_KINDS, SOURCES } from '@tracedesk/contracts/rules'
import { useState } from 'react'
import { useT } from '../../i18n/index.ts'
import { useCommand } from '../../shared/command.ts'
import {
  type Choice,
  useAgentChoices,
  useBotChoices,
  useDepartmentChoices,
  useEventChoices,
} from '../../shared/log-choices.ts'
import { useMay } from '../../shared/session.ts'
import { Dialog } from '../../shared/ui/dialog.tsx'
import { Failure } from '../../shared/ui/failure.tsx'
import { ChooseConversations, ChooseCustomers, ChooseSubjects } from './choose-by-name.tsx'
import { STREAMS_CHANGED, type Stream } from './stream.ts'
import classes from './streams.module.css'

type Asked = CommandInput<'stream.create'>
type Kind = Asked['kind']
const ENVELOPES = ['plain', 'cloudevents', 'cloudevents_binary'] as const
const PAYLOADS = { webhook: ['entry', 'ocsf'], syslog: ['cef', 'entry', 'ocsf'] } as const
const OUTCOMES = ['done', 'refused', 'failed'] as const
/** Parts of a filter that are ids, or words of a closed list. */
const OTHERS = [
  'actor',
  'actorKind',
  'department',
  'bot',
  'customer',
  'conversation',
  'subject',
  'source',
] as const
type Other = (typeof OTHERS)[number]
const othersOf = (filter: Stream['filter']): Draft['others'] =>
  Object.fromEntries(OTHERS.map(name => [name, filter[name] ?? []])) as Draft['others'] // every one of them

/** What the fields hold; an address, authorization or certificate left empty stays as it is. */
interface Draft {
  kind: Kind
  name: string
  address: string
  envelope: NonNullable<Asked['envelope']>
  payload: NonNullable<Asked['payload']>
  parts: 'withheld' | 'open'
  events: string[]
  outcomes: string[]
  /** New words; left empty those of the stream stay, unless they are dropped. */
  words: string
  dropsWords: boolean
  others: Record<Other, string[]>
  batch: number
  authorization: string
  ca: string
}

const BLANK: Draft = {
  kind: 'webhook',
  name: '',
  address: '',
  envelope: 'plain',
  payload: 'entry',
  parts: 'withheld',
  events: [],
  outcomes: [],
  words: '',
  dropsWords: false,
  others: othersOf({}),
  batch: 1,
  authorization: '',
  ca: '',
}

const draftOf = (stream: Stream | null): Draft =>
  stream === null
    ? BLANK
    : {
        ...BLANK,
        kind: stream.kind,
        name: stream.name,
        envelope: stream.envelope,
        payload: stream.payload,
        parts: stream.parts,
        events: stream.filter.event ?? [],
        outcomes: stream.filter.outcome ?? [],
        others: othersOf(stream.filter),
        batch: stream.batch,
      }

/** The filter as it was, with what the form shows of it. */
function filterOf(stream: Stream | null, draft: Draft): NonNullable<Asked['filter']> {
  const { events, outcomes, words, others } = draft
  const { from, to } = stream?.filter ?? {}
  return {
    ...Object.fromEntries(Object.entries(others).filter(([, values]) => values.length > 0)), // the server checks them
    ...(words.trim() ? { q: words.trim() } : {}),
    ...(from?.[0] ? { from: from[0] } : {}),
    ...(to?.[0] ? { to: to[0] } : {}),
    ...(events.length > 0 ? { event: events } : {}),
    ...(outcomes.length > 0 ? { outcome: outcomes as (typeof OUTCOMES)[number][] } : {}),
  }
}

/** Whether the form's filter differs from what the stream has. */
const isOtherFilter = ({ filter }: Stream, draft: Draft): boolean =>
  draft.words.trim() !== '' ||
  draft.dropsWords ||
  JSON.stringify([filter.event ?? [], filter.outcome ?? [], othersOf(filter)]) !==
    JSON.stringify([draft.events, draft.outcomes, draft.others])

interface FormProps {
  /** Null: a new one. */
  stream: Stream | null
  onClose: () => void
  /** The signing secret of a new webhook; null for syslog. */
  onMade: (secret: string | null) => void
}

/** Sets a stream up, or changes one. */
export function StreamForm({ stream, onClose, onMade }: FormProps) {
  const t = useT()
  const [draft, setDraft] = useState(() => draftOf(stream))
  const create = useCommand('stream.create', {
    announce: false,
    changes: STREAMS_CHANGED,
    onDone: ({ secret }) => onMade(secret),
  })
  const update = useCommand('stream.update', {
    announce: false,
    changes: STREAMS_CHANGED,
    onDone: onClose,
  })
  const change = (part: Partial<Draft>) => setDraft({ ...draft, ...part })
  const submit = () => {
    const { kind, name, address, envelope, payload, parts, batch, authorization, ca } = draft
    const secrets = {
      ...(authorization.trim() ? { authorization: authorization.trim() } : {}),
      ...(ca.trim() ? { ca } : {}),
    }
    const form = { name, envelope, payload, parts, batch, ...secrets }
    if (stream === null) create.mutate({ ...form, kind, address, filter: filterOf(null, draft) })
    else
      update.mutate({
        ...form,
        id: stream.id,
        ...(address.trim() ? { address } : {}),
        ...(isOtherFilter(stream, draft)
          ? { filter: filterOf(stream, draft), keepWords: !draft.dropsWords }
          : {}),
      })
  }
  return (
    <Dialog size="lg" onClose={onClose} title={t(stream ? 'streams.editTitle' : 'streams.addTitle')}>
      <form
        className={classes.form}
        onSubmit={event => {
          event.preventDefault()
          submit()
        }}
      >
        <Where stream={stream} draft={draft} change={change} />
        <What stream={stream} draft={draft} change={change} />
        <More stream={stream} draft={draft} change={change} />
        <Failure error={create.error ?? update.error} />
        <Button type="submit" loading={create.isPending || update.isPending}>
          {t(stream ? 'streams.save' : 'streams.add')}
        </Button>
      </form>
    </Dialog>
  )
}

interface SectionProps {
  draft: Draft
  change: (part: Partial<Draft>) => void
}

function Where({ stream, draft, change }: SectionProps & { stream: Stream | null }) {
  const t = useT()
  const isSyslog = draft.kind === 'syslog'
  const kept = stream ? t('streams.addressKept') : undefined
  return (
    <>
      {stream === null && (
        <SegmentedControl
          aria-label={t('streams.kind')}
          value={draft.kind}
          data={[
            { value: 'webhook', label: t('streams.isWebhook') },
            { value: 'syslog', label: t('streams.isSyslog') },
          ]}
          onChange={kind =>
            change(
              kind === 'syslog'
                ? { kind, envelope: 'plain', payload: 'cef', batch: 100 }
                : { kind, payload: 'entry', batch: 1 },
            )
          }
        />
      )}
      <TextInput
        label={t('streams.name')}
        required
        maxLength={80}
        data-autofocus
        value={draft.name}
        onChange={event => change({ name: event.currentTarget.value })}
      />
      <TextInput
        label={t('streams.address')}
        required={stream === null}
        maxLength={2048}
        placeholder={stream?.receiver ?? (isSyslog ? 'siem.example:6514' : 'https://')}
        description={kept ?? (isSyslog ? t('streams.syslogAddress') : undefined)}
        value={draft.address}
        onChange={event => change({ address: event.currentTarget.value })}
      />
    </>
  )
}

function What({ stream, draft, change }: SectionProps & { stream: Stream | null }) {
  const t = useT()
  const may = useMay()
  const events = useEventChoices()
  return (
    <>
      <MultiSelect
        label={t('streams.events')}
        searchable
        placeholder={draft.events.length === 0 ? t('streams.all') : ''}
        nothingFoundMessage={t('palette.nothing')}
        maxDropdownHeight={380}
        maxValues={50}
        data={events}
        value={draft.events}
        onChange={events => change({ events })}
      />
      <MultiSelect
        label={t('streams.outcome')}
        placeholder={draft.outcomes.length === 0 ? t('streams.all') : ''}
        data={OUTCOMES.map(value => ({ value, label: t(`outcome.${value}`) }))}
        value={draft.outcomes}
        onChange={outcomes => change({ outcomes })}
      />
      <TextInput
        label={t('log.text')}
        description={stream?.words ? t('streams.wordsKept') : undefined}
        maxLength={200}
        disabled={draft.dropsWords}
        value={draft.words}
        onChange={event => change({ words: event.currentTarget.value })}
      />
      {stream?.words && (
        <Checkbox
          label={t('streams.wordsDrop')}
          checked={draft.dropsWords}
          onChange={event => change({ dropsWords: event.currentTarget.checked, words: '' })}
        />
      )}
      <div className={classes.pair}>
        {draft.kind === 'webhook' && (
          <Select
            label={t('streams.envelope')}
            allowDeselect={false}
            value={draft.envelope}
            data={ENVELOPES.map(value => ({ value, label: t(`value.${value}`) }))}
            onChange={envelope =>
              envelope && change({ envelope, ...(envelope === 'cloudevents_binary' ? { batch: 1 } : {}) })
            }
          />
        )}
        <Select
          label={t('streams.payload')}
          allowDeselect={false}
          value={draft.payload}
          data={PAYLOADS[draft.kind].map(value => ({ value, label: t(`value.${value}`) }))}
          onChange={payload => payload && change({ payload })}
        />
        <Select
          label={t('streams.parts')}
          allowDeselect={false}
          disabled={!may('export.request')}
          value={draft.parts}
          data={(['withheld', 'open'] as const).map(value => ({ value, label: t(`streams.${value}`) }))}
          onChange={parts => parts && change({ parts })}
        />
      </div>
      {draft.parts === 'open' && <Alert color="orange">{t('streams.openWarning')}</Alert>}
    </>
  )
}

function More({ stream, draft, change }: SectionProps & { stream: Stream | null }) {
  const t = useT()
  return (
    <details className={classes.more}>
      <summary>{t('streams.more')}</summary>
      <div className={classes.more}>
        {OTHERS.map(name => (
          <Only
            key={name}
            name={name}
            values={draft.others[name]}
            onChange={values => change({ others: { ...draft.others, [name]: values } })}
          />
        ))}
        <NumberInput
          label={t('streams.batch')}
          min={1}
          max={draft.envelope === 'cloudevents_binary' ? 1 : 500}
          allowDecimal={false}
          value={draft.batch}
          onChange={value => change({ batch: Number(value) || 1 })}
        />
        {draft.kind === 'webhook' && (
          <TextInput
            label={t('streams.authorization')}
            type="password"
            autoComplete="off"
            maxLength={4096}
            description={t(stream?.authorization ? 'streams.authorizationKept' : 'streams.authorizationHint')}
            value={draft.authorization}
            onChange={event => change({ authorization: event.currentTarget.value })}
          />
        )}
        <Textarea
          label={t('streams.ca')}
          description={t('streams.caHint')}
          placeholder="-----BEGIN CERTIFICATE-----"
          autosize
          minRows={2}
          maxRows={8}
          value={draft.ca}
          onChange={event => change({ ca: event.currentTarget.value })}
        />
      </div>
    </details>
  )
}

interface OnlyProps {
  name: Other
  values: string[]
  onChange: (values: string[]) => void
}

const FOUND_BY_NAME = {
  customer: ChooseCustomers,
  conversation: ChooseConversations,
  subject: ChooseSubjects,
} as const

/** One more part of the filter: chosen by name, from a list where it is short, else from what is found. */
function Only({ name, values, onChange }: OnlyProps) {
  const t = useT()
  const known = useNamed(name)
  const label = t(`streams.only.${name}`)
  if (!known) {
    const Choose = FOUND_BY_NAME[name as keyof typeof FOUND_BY_NAME] // whatever is not listed is found
    return <Choose label={label} values={values} onChange={onChange} />
  }
  // a token, a rule or somebody who is not listed any more
  const others = values.filter(id => !known.some(({ value }) => value === id))
  if (known.length + others.length === 0) return null
  return (
    <MultiSelect
      label={label}
      searchable
      placeholder={values.length === 0 ? t('streams.all') : ''}
      nothingFoundMessage={t('palette.nothing')}
      maxValues={50}
      data={[...known, ...others.map(value => ({ value, label: value }))]}
      value={values}
      onChange={onChange}
    />
  )
}

/** What can be chosen by name; null for what has too many to list. */
function useNamed(name: Other): Choice[] | null {
  const t = useT()
  const agents = useAgentChoices()
  const departments = useDepartmentChoices()
  const bots = useBotChoices()
  const lists: Partial<Record<Other, Choice[]>> = {
    actor: agents,
    department: departments,
    bot: bots,
    actorKind: ACTOR_KINDS.map(value => ({ value, label: t(`actor.${value}`) })),
    source: SOURCES.map(value => ({ value, label: t(`source.${value}`) })),
  }
  return lists[name] ?? null
}
