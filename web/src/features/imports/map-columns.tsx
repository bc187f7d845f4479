import { MultiSelect, NativeSelect, Select, Textarea, TextInput } from '@mantine/core'
import { useMemo } from 'react'
import { useT } from '../../i18n/index.ts'
import classes from './imports.module.css'
import {
  type Chosen,
  DELIMITERS,
  type Draft,
  ENCODINGS,
  FIELDS,
  type Field,
  keepColumns,
  keptColumnsOf,
  NEEDED,
} from './mapping.ts'

const OWN_ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone
const SAME = '\u0000same'
/** Fields whose words have a meaning here, so that what a cell says must be translated. */
const MEANT: ReadonlySet<Field> = new Set(['event', 'actorKind'])

interface MapColumnsProps {
  draft: Draft
  columns: readonly string[]
  onChange: (draft: Draft) => void
}

/** From which column each field comes. */
export function MapColumns({ draft, columns, onChange }: MapColumnsProps) {
  const t = useT()
  const set = (change: Partial<Draft>) => onChange({ ...draft, ...change })
  const zones = useMemo(
    () => [...new Set(['UTC', draft.at.zone, OWN_ZONE, ...Intl.supportedValuesOf('timeZone')])],
    [draft.at.zone],
  )
  const names = columns.map(value => ({ value, label: value }))
  return (
    <div className={classes.columns}>
      {draft.format === 'csv' && (
        <>
          <NativeSelect
            label={t('imports.delimiter')}
            value={draft.delimiter}
            onChange={event => set({ delimiter: event.currentTarget.value as Draft['delimiter'] })} // of the list
            data={DELIMITERS.map(value => ({ value, label: value === '\t' ? t('imports.tab') : value }))}
          />
          <NativeSelect
            label={t('imports.encoding')}
            value={draft.encoding}
            onChange={event => set({ encoding: event.currentTarget.value as Draft['encoding'] })} // of the list
            data={[...ENCODINGS]}
          />
        </>
      )}
      <NativeSelect
        label={t('imports.field.at')}
        required
        value={draft.at.column}
        onChange={event => set({ at: { ...draft.at, column: event.currentTarget.value } })}
        data={[{ value: '', label: t('imports.chooseColumn') }, ...names]}
      />
      <TextInput
        label={t('imports.timeFormat')}
        description={t('imports.timeFormatText')}
        value={draft.at.format}
        onChange={event => set({ at: { ...draft.at, format: event.currentTarget.value } })}
      />
      <Select
        label={t('imports.timeZone')}
        searchable
        allowDeselect={false}
        limit={60}
        nothingFoundMessage={t('palette.nothing')}
        value={draft.at.zone}
        data={zones}
        onChange={zone => zone !== null && set({ at: { ...draft.at, zone } })}
      />
      {FIELDS.map(field => (
        <FieldChoice
          key={field}
          field={field}
          chosen={draft.fields[field]}
          columns={columns}
          onChange={chosen => set({ fields: { ...draft.fields, [field]: chosen } })}
        />
      ))}
      <MultiSelect
        label={t('imports.keptColumns')}
        description={t('imports.keptColumnsText')}
        value={keptColumnsOf(draft.data)}
        data={[...columns]}
        onChange={kept => set({ data: keepColumns(draft.data, kept) })}
        searchable
      />
    </div>
  )
}

interface FieldChoiceProps {
  field: Field
  chosen: Chosen
  columns: readonly string[]
  onChange: (chosen: Chosen) => void
}

function FieldChoice({ field, chosen, columns, onChange }: FieldChoiceProps) {
  const t = useT()
  const choose = (value: string) =>
    onChange(
      value === SAME
        ? { ...chosen, from: 'value' }
        : { ...chosen, from: value ? 'column' : 'nothing', column: value },
    )
  return (
    <div className={classes.field}>
      <NativeSelect
        label={t(`imports.field.${field}`)}
        required={NEEDED.has(field)}
        value={chosen.from === 'value' ? SAME : chosen.from === 'column' ? chosen.column : ''}
        onChange={event => choose(event.currentTarget.value)}
        data={[
          { value: '', label: t(NEEDED.has(field) ? 'imports.chooseColumn' : 'imports.notUsed') },
          ...columns.map(value => ({ value, label: value })),
          { value: SAME, label: t('imports.always') },
        ]}
      />
      {chosen.from === 'value' && (
        <TextInput
          aria-label={t('imports.alwaysOf', { field: t(`imports.field.${field}`) })}
          value={chosen.value}
          onChange={event => onChange({ ...chosen, value: event.currentTarget.value })}
        />
      )}
      {chosen.from === 'column' && MEANT.has(field) && (
        <Textarea
          label={t('imports.meanings')}
          placeholder={t(field === 'event' ? 'imports.meaningsEvent' : 'imports.meaningsKind')}
          autosize
          minRows={2}
          maxRows={8}
          value={chosen.values}
          onChange={event => onChange({ ...chosen, values: event.currentTarget.value })}
        />
      )}
      {chosen.from === 'column' && (
        <TextInput
          label={t('imports.ifEmpty')}
          value={chosen.ifEmpty}
          onChange={event => onChange({ ...chosen, ifEmpty: event.currentTarget.value })}
        />
      )}
    </div>
  )
}
