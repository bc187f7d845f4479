import { Button, NativeSelect, Select, TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useT } from '../../i18n/index.ts'
import { useCommand } from '../../shared/command.ts'
import { queryOf } from '../../shared/queries.ts'
import { ErrorFace, RowsSkeleton } from '../../shared/ui/faces.tsx'
import { Failure } from '../../shared/ui/failure.tsx'
import { DryRun } from './dry-run.tsx'
import classes from './imports.module.css'
import { MapColumns } from './map-columns.tsx'
import { type Draft, draftOf, type Format, type GivenFile, mappingOf, proposeDraft } from './mapping.ts'
import { Preview } from './preview.tsx'

const FORMATS: readonly Format[] = ['csv', 'xes', 'tracedesk-ndjson']

/** Says what a file's columns mean, with what its first rows become, and takes it in. */
export function MapFile({ file, onDone }: { file: GivenFile; onDone: () => void }) {
  const t = useT()
  const [format, setFormat] = useState(file.format)
  const [draft, setDraft] = useState<Draft | null>(null)
  const bare = useQuery(
    queryOf('import.preview', {
      uploadId: file.uploadId,
      format,
      delimiter: draft?.delimiter ?? file.delimiter,
    }),
  )
  const columns = bare.data?.columns ?? []
  const edited = draft ?? proposeDraft(columns, bare.data?.rows ?? [], { format, delimiter: file.delimiter })
  const mapping = format === 'tracedesk-ndjson' ? null : mappingOf(edited)
  const [asked] = useDebouncedValue(mapping ? JSON.stringify(mapping) : null, 300)
  const preview = useQuery({
    ...queryOf('import.preview', { uploadId: file.uploadId, format, ...(asked ? { mapping: asked } : {}) }),
    enabled: format === 'tracedesk-ndjson' || asked !== null,
    placeholderData: keepPreviousData,
  })
  const run = useCommand('import.run', { announce: false, changes: [['import.list']], onDone })
  const isReady = format === 'tracedesk-ndjson' || (mapping !== null && preview.data?.problem === null)
  return (
    <section className={classes.section} aria-label={file.name}>
      <h2>
        <bdi>{file.name}</bdi>
      </h2>
      <div className={classes.row}>
        <NativeSelect
          label={t('imports.format')}
          value={format}
          onChange={event => {
            setFormat(event.currentTarget.value as Format) // one of the values it was given
            setDraft(null)
          }}
          data={FORMATS.map(value => ({ value, label: t(`imports.formatOf.${value}`) }))}
        />
        {format !== 'tracedesk-ndjson' && (
          <KeptMappings format={format} mapping={mapping} onChoose={chosen => setDraft(draftOf(chosen))} />
        )}
      </div>
      {bare.isPending && <RowsSkeleton rows={4} />}
      {bare.isError && <ErrorFace error={bare.error} retry={() => void bare.refetch()} />}
      {bare.data && format !== 'tracedesk-ndjson' && (
        <MapColumns draft={edited} columns={columns} onChange={setDraft} />
      )}
      {bare.data && <Preview preview={preview.data ?? bare.data} isReady={isReady} />}
      {isReady && <DryRun uploadId={file.uploadId} mapping={mapping} />}
      <Failure error={run.error} />
      <div className={classes.row}>
        <Button
          disabled={!isReady}
          loading={run.isPending}
          onClick={() => run.mutate({ uploadId: file.uploadId, mapping })}
        >
          {t('imports.run')}
        </Button>
        <Button variant="default" onClick={onDone}>
          {t('action.cancel')}
        </Button>
      </div>
    </section>
  )
}

type Kept = NonNullable<ReturnType<typeof mappingOf>>

function KeptMappings(props: { format: Format; mapping: Kept | null; onChoose: (mapping: Kept) => void }) {
  const t = useT()
  const kept = useQuery(queryOf('import.mappings', {}))
  const [name, setName] = useState('')
  const save = useCommand('import.save_mapping', {
    changes: [['import.mappings']],
    onDone: () => setName(''),
  })
  const fitting = (kept.data?.items ?? []).filter(({ mapping }) => mapping.format === props.format)
  return (
    <>
      <Select
        label={t('imports.kept')}
        placeholder={t(fitting.length > 0 ? 'imports.chooseKept' : 'imports.noneKept')}
        disabled={fitting.length === 0}
        value={null}
        data={fitting.map(({ id, name: called }) => ({ value: id as string, label: called }))}
        onChange={id => {
          const found = fitting.find(each => each.id === id)
          if (found) props.onChoose(found.mapping)
        }}
      />
      <form
        className={classes.keep}
        onSubmit={event => {
          event.preventDefault()
          if (props.mapping) save.mutate({ name, mapping: props.mapping })
        }}
      >
        <TextInput
          label={t('imports.keepAs')}
          maxLength={80}
          value={name}
          onChange={event => setName(event.currentTarget.value)}
        />
        <Button
          type="submit"
          variant="default"
          loading={save.isPending}
          disabled={!name.trim() || !props.mapping}
        >
          {t('imports.keep')}
        </Button>
        <Failure error={save.error} />
      </form>
    </>
  )
}
