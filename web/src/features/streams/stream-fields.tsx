import {
  Alert,
  Checkbox,
  MultiSelect,
  NumberInput,
  SegmentedControl,
  Select,
  Textarea,
  TextInput,
} from '@mantine/core'
import { useT } from '../../i18n/index.ts'
import { useEventChoices } from '../../shared/log-choices.ts'
import { useMay } from '../../shared/session.ts'
import { Only } from './filter-part.tsx'
import type { Stream } from './stream.ts'
import { type Draft, ENVELOPES, OTHERS, OUTCOMES, PAYLOADS } from './stream-draft.ts'
import classes from './streams.module.css'

interface SectionProps {
  /** Null: a new one. */
  stream: Stream | null
  draft: Draft
  change: (part: Partial<Draft>) => void
}

/** What it is called, and where it goes. */
export function Where({ stream, draft, change }: SectionProps) {
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

/** Which entries go, and in what shape. */
export function What({ stream, draft, change }: SectionProps) {
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

/** What few need: the rest of the filter, and how the receiver is spoken to. */
export function More({ stream, draft, change }: SectionProps) {
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
